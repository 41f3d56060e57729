package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.event.MigrationEvent.MismatchConfirmed;
import io.dualwrite.event.MigrationEvent.RoundVerified;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What was spoilt on purpose is found, all of it, once, and nothing else. */
class PlantedFaultsTest {
    private static final long LAST = 600;
    private static final int RANGES = 4;

    private final Bench bench = Bench.at(Stage.SHADOW);
    private final TreeMap<Long, Discrepancy.Kind> planted = new TreeMap<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void amongWritesThatGoOnAllOfThemAreFoundAndNothingElse(long seed) throws Exception {
        both(LAST);
        for (Discrepancy.Kind kind : Discrepancy.Kind.values()) {
            boolean extra = kind == Discrepancy.Kind.EXTRA;
            // At the first keys and before them, at the last keys and beyond them, and some in between. What is missing
            // and
            // what is different take turns at the first and the last key.
            int inwards = (kind.ordinal() + 2 * (int) seed) % 4;
            plant(kind, extra ? 0 : 1 + inwards);
            plant(kind, extra ? LAST + 7 : LAST - inwards);
            new Random(seed).longs(20, 10, LAST - 10).forEach(id -> plant(kind, extra ? -id : id + kind.ordinal()));
        }
        Random random = new Random(seed);
        Bench.Node writer = bench.node();

        VerifyReport report = verify(amongWrites(random, writer));

        assertThat(report.candidates()).as("some were in flight").isGreaterThan(planted.size());
        assertThat(bench.events.of(MismatchConfirmed.class))
                .extracting(found -> found.record().key() + " " + found.kind())
                .containsExactlyElementsOf(planted.entrySet().stream()
                        .map(each -> each.getKey() + " " + each.getValue())
                        .toList());
        assertThat(report.confirmed()).isEqualTo(planted.size());
    }

    enum Way {
        AT_ONCE,
        IN_PARTS,
        BY_SUMS,
        CONTINUOUSLY
    }

    static Stream<Arguments> kindsInEveryWay() {
        return Stream.of(Discrepancy.Kind.values())
                .flatMap(kind -> Stream.of(Way.values()).map(way -> Arguments.of(kind, way)));
    }

    @ParameterizedTest
    @MethodSource("kindsInEveryWay")
    void theFirstAndTheLastKeyOfAllAndOfEveryPartAreLookedAt(Discrepancy.Kind kind, Way way) throws Exception {
        both(LAST);
        inRanges().run();
        boolean extra = kind == Discrepancy.Kind.EXTRA;
        plant(kind, extra ? 0 : 1);
        plant(kind, extra ? LAST + 1 : LAST);
        for (VerifyParts.Cut cut : new VerifyParts(bench.checkpoints, Item.TYPE, 1).cuts()) {
            String last = cut.range().last();
            if (last != null) {
                plant(kind, Long.parseLong(last));
                plant(kind, Long.parseLong(last) + 1);
            }
        }

        verify(way);

        assertThat(planted).hasSize(2 * RANGES);
        assertThat(bench.events.of(MismatchConfirmed.class))
                .extracting(found -> found.record().key() + " " + found.kind())
                .containsExactlyInAnyOrderElementsOf(
                        planted.keySet().stream().map(id -> id + " " + kind).toList());
    }

    private Backfill inRanges() {
        Bench.Node node = bench.node();
        return new Backfill(
                node.board,
                List.of(Item.TYPE),
                bench.maps,
                bench.checkpoints,
                node.transfer,
                Bench.CHUNKS_OF_TWO.withRanges(RANGES),
                bench.events,
                bench.pace);
    }

    private void verify(Way way) throws Exception {
        switch (way) {
            case AT_ONCE -> verify(bench.maps);
            case IN_PARTS -> {
                for (Part part : bench.node().verifier.beginParts()) {
                    bench.node().verifier.verify(part, VerifyPolicy.REPORT);
                }
            }
            case BY_SUMS ->
                verifier(new Sums())
                        .verify(VerifyRequest.of(VerifyPolicy.REPORT).inTheDatabases());
            case CONTINUOUSLY -> aRound();
        }
    }

    private void aRound() throws Exception {
        Bench.Node node = bench.node();
        ContinuousVerifier continuous = new ContinuousVerifier(
                node.board,
                List.of(Item.TYPE),
                bench.maps,
                bench.checkpoints,
                node.verifier,
                ContinuousSettings.defaults().withPolicy(VerifyPolicy.REPORT),
                bench.events,
                bench.pace);
        for (int turns = 0; bench.events.of(RoundVerified.class).isEmpty() && turns < LAST; turns++) {
            continuous.turn(true, true);
            bench.pace.pass(Duration.ofSeconds(1));
        }
    }

    /** The same listing, which can sum up besides. */
    private final class Sums implements SummingScan {
        private NavigableMap<Long, String> of(Side side, @Nullable String after, @Nullable String last) {
            NavigableMap<Long, String> all = bench.maps.items.of(side);
            NavigableMap<Long, String> tail = after == null ? all : all.tailMap(Long.valueOf(after), false);
            return last == null ? tail : tail.headMap(Long.valueOf(last), true);
        }

        @Override
        public List<String> obstacles(String type) {
            return List.of();
        }

        @Override
        public Sum sum(Side side, String type, @Nullable String after, @Nullable String last) {
            NavigableMap<Long, String> range = of(side, after, last);
            return new Sum(range.size(), range.toString());
        }

        @Override
        public @Nullable String keyAt(Side side, String type, @Nullable String after, long number) {
            return of(side, after, null).keySet().stream()
                    .skip(number - 1)
                    .map(String::valueOf)
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public List<String> keysAfter(Side side, String type, @Nullable String after, int limit) {
            return bench.maps.keysAfter(side, type, after, limit);
        }

        @Override
        public Prints fingerprints(Side side, RecordRange range) {
            return bench.maps.fingerprints(side, range);
        }
    }

    @ParameterizedTest
    @EnumSource(Discrepancy.Kind.class)
    void aSingleRecordIsEnough(Discrepancy.Kind kind) throws Exception {
        both(1);
        plant(kind, 1);

        assertThat(verify(bench.maps).kinds()).containsEntry(kind, 1L);
        assertThat(bench.events.of(MismatchConfirmed.class)).hasSize(1);
    }

    @Test
    void anEmptyCopyLacksEverything() throws Exception {
        both(LAST);
        bench.items(Side.TARGET).clear();

        VerifyReport report = verify(bench.maps);

        assertThat(report.kinds()).containsEntry(Discrepancy.Kind.MISSING, LAST);
        assertThat(report.confirmed()).isEqualTo(LAST);
    }

    @Test
    void allIsTooMuchWhereTheAuthorityIsEmpty() throws Exception {
        both(LAST);
        bench.items(Side.ORIGIN).clear();

        VerifyReport report = verify(bench.maps);

        assertThat(report.kinds()).containsEntry(Discrepancy.Kind.EXTRA, LAST);
        assertThat(report.confirmed()).isEqualTo(LAST);
    }

    private void plant(Discrepancy.Kind kind, long id) {
        if (planted.putIfAbsent(id, kind) == null) {
            switch (kind) {
                case MISSING -> bench.items(Side.TARGET).remove(id);
                case EXTRA -> {
                    bench.items(Side.ORIGIN).remove(id);
                    bench.items(Side.TARGET).put(id, "extra");
                }
                case DIFFERENT -> bench.items(Side.TARGET).put(id, "other");
            }
        }
    }

    /** The same listing, with writes of records that nobody has spoilt, and transfers, between any two records. */
    private Scan amongWrites(Random random, Bench.Node writer) {
        return new Scan() {
            @Override
            public List<String> keysAfter(Side side, String type, @Nullable String after, int limit) {
                return bench.maps.keysAfter(side, type, after, limit);
            }

            @Override
            public Prints fingerprints(Side side, RecordRange range) {
                Prints prints = bench.maps.fingerprints(side, range);
                // One side is listed before these and the other one after, as without a common snapshot.
                write(random, 50);
                writer.relay.runOnce();
                write(random, 50);
                return new Prints() {
                    @Override
                    public boolean hasNext() {
                        write(random, 3);
                        if (random.nextInt(20) == 0) {
                            writer.relay.runOnce();
                        }
                        return prints.hasNext();
                    }

                    @Override
                    public Print next() {
                        return prints.next();
                    }

                    @Override
                    public void close() {
                        prints.close();
                    }
                };
            }
        };
    }

    private void write(Random random, int times) {
        for (int writes = 0; writes < times; writes++) {
            long id = random.nextLong(1, LAST + 100);
            if (!planted.containsKey(id)) {
                bench.write(id, "written " + random.nextInt());
            }
        }
    }

    private VerifyReport verify(Scan scan) throws Exception {
        return verifier(scan).verify(VerifyPolicy.REPORT);
    }

    private Verifier verifier(Scan scan) {
        Bench.Node node = bench.node();
        return new Verifier(
                node.board,
                List.of(Item.TYPE),
                scan,
                bench.maps,
                bench.checkpoints,
                node.transfer,
                bench.events,
                bench.pace);
    }

    private void both(long most) {
        LongStream.rangeClosed(1, most).forEach(id -> {
            bench.items(Side.ORIGIN).put(id, "v" + id);
            bench.items(Side.TARGET).put(id, "v" + id);
        });
    }
}
