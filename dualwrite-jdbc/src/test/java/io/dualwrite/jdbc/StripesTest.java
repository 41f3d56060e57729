package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.stage.RecordId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StripesTest {
    @Test
    void aPageOfNumbersInOrderTakesFewStripes() {
        for (long from = 1; from < 10_000_000; from = from * 3 + 17) {
            assertThat(stripes(LongStream.range(from, from + 2_000).mapToObj(String::valueOf)))
                    .hasSizeLessThanOrEqualTo(3 * Stripes.WITHIN);
        }
        assertThat(stripes(LongStream.range(0, 2_000).mapToObj("order-%08d"::formatted)))
                .hasSizeLessThanOrEqualTo(2 * Stripes.WITHIN);
    }

    @Test
    void aPageOfRandomUuidsInOrderTakesFewStripes() {
        Random random = new Random(7);
        List<String> keys = Stream.generate(() ->
                        new UUID(random.nextLong() & ~0xF000L | 0x4000L, random.nextLong() & ~(3L << 62) | 1L << 63))
                .map(UUID::toString)
                .limit(100_000)
                .sorted()
                .toList();
        assertThat(stripes(keys.subList(50_000, 52_000).stream())).hasSizeLessThanOrEqualTo(7 * Stripes.WITHIN);
    }

    @Test
    void farAwayPagesMostlyTakeOthers() {
        int shared = 0;
        int pairs = 1_000;
        Random random = new Random(7);
        for (int pair = 0; pair < pairs; pair++) {
            Set<Integer> one = page(random.nextInt(100_000_000));
            one.retainAll(page(random.nextInt(100_000_000)));
            shared += one.isEmpty() ? 0 : 1;
        }
        assertThat(shared).isLessThan(pairs / 5);
    }

    private static Set<Integer> page(int from) {
        return stripes(IntStream.range(from, from + 2_000).mapToObj(String::valueOf));
    }

    @Test
    void keysOfNoPatternAndRecordsFarApartAreSpreadEvenly() {
        Random random = new Random(7);
        List<Stream<String>> keys = List.of(
                LongStream.range(0, 51_200).mapToObj(number -> String.valueOf(number * 1_000)),
                Stream.generate(() -> Long.toString(random.nextLong(), 36)).limit(51_200),
                Stream.generate(() -> UUID.nameUUIDFromBytes(new byte[] {
                                    (byte) random.nextInt(), (byte) random.nextInt(), (byte) random.nextInt()
                                })
                                .toString())
                        .limit(51_200));
        for (Stream<String> each : keys) {
            Map<Integer, Integer> counts = new HashMap<>();
            each.forEach(key -> counts.merge(Stripes.of(new RecordId("item", key)), 1, Integer::sum));
            assertThat(counts).hasSize(LibraryTables.STRIPES);
            assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(40, 190));
        }
    }

    @Test
    void lanesShareNoStripeAndHaveAboutTheSame() {
        for (int lanes = 1; lanes <= Stripes.WITHIN; lanes++) {
            Map<Integer, Integer> laneOfStripe = new HashMap<>();
            int[] counts = new int[lanes];
            // Neighbours, as what was written last is: all of one block.
            for (int key = 41_000; key < 42_000; key++) {
                RecordId record = new RecordId("item", String.valueOf(key));
                int lane = Stripes.lane(record, lanes);
                Integer before = laneOfStripe.put(Stripes.of(record), lane);
                assertThat(before).isIn(null, lane);
                counts[lane]++;
            }
            int fair = 1_000 / lanes;
            assertThat(counts).isNotEmpty();
            for (int count : counts) {
                assertThat(count).isBetween(fair / 2, 2 * fair);
            }
        }
    }

    @Test
    void everyStripeIsOneOfThoseThatThereAre() {
        Set<String> odd = Set.of("", "-", "-5", "007", "a|1", "\u00e9", "x".repeat(36), "0".repeat(36), "12\u0663");
        assertThat(stripes(odd.stream()))
                .allSatisfy(stripe -> assertThat(stripe).isBetween(0, LibraryTables.STRIPES - 1));
    }

    private static Set<Integer> stripes(Stream<String> keys) {
        return keys.map(key -> Stripes.of(new RecordId("item", key))).collect(Collectors.toCollection(HashSet::new));
    }
}
