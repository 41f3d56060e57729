package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranges are halved until what differs lies in short ones, which are read; everything else is summed up. */
class BisectionTest {
    private static final long LAST = 45_000;

    private final Sides<TreeMap<Long, String>> sides = new Sides<>(new TreeMap<>(), new TreeMap<>());
    private final List<RecordRange> unlike = new ArrayList<>();
    private long alike;
    private long sums;
    private Runnable meanwhile = () -> {};

    /** Sums maps up. */
    private final class Maps implements SummingScan {
        private NavigableMap<Long, String> of(Side side, @Nullable String after, @Nullable String last) {
            NavigableMap<Long, String> map = sides.of(side);
            NavigableMap<Long, String> tail = after == null ? map : map.tailMap(Long.valueOf(after), false);
            return last == null ? tail : tail.headMap(Long.valueOf(last), true);
        }

        @Override
        public List<String> obstacles(String type) {
            return List.of();
        }

        @Override
        public Sum sum(Side side, String type, @Nullable String after, @Nullable String last) {
            sums++;
            meanwhile.run();
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
            throw new AssertionError("Nobody lists keys here");
        }

        @Override
        public Prints fingerprints(Side side, RecordRange range) {
            throw new AssertionError("Nobody reads here");
        }
    }

    private boolean compare(RecordRange range, boolean goesOn) throws Exception {
        return new Bisection(Item.TYPE, new Maps(), Side.ORIGIN, new Bisection.Found() {
                    @Override
                    public void alike(long rows) {
                        alike += rows;
                    }

                    @Override
                    public boolean unlike(RecordRange found) {
                        unlike.add(found);
                        return goesOn;
                    }
                })
                .compare(range);
    }

    private void both() {
        LongStream.rangeClosed(1, LAST).forEach(id -> {
            sides.origin().put(id, "v" + id);
            sides.target().put(id, "v" + id);
        });
    }

    private boolean isRead(long id) {
        return unlike.stream()
                .anyMatch(range -> (range.first() == null || id > Long.parseLong(range.first()))
                        && (range.last() == null || id <= Long.parseLong(range.last())));
    }

    @Test
    void whatIsEqualIsOnlySummedUp() throws Exception {
        both();
        assertThat(compare(Item.TYPE.all(), true)).isTrue();
        assertThat(unlike).isEmpty();
        assertThat(alike).isEqualTo(LAST);
        assertThat(sums).isEqualTo(10);
    }

    @Test
    void emptySidesAreEqual() throws Exception {
        assertThat(compare(Item.TYPE.all(), true)).isTrue();
        assertThat(unlike).isEmpty();
        assertThat(alike).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whatDiffersLiesInShortRanges(long seed) throws Exception {
        both();
        TreeSet<Long> spoilt = new TreeSet<>(List.of(0L, 1L, LAST, LAST + 1_000));
        new Random(seed).longs(20, 2, LAST).forEach(spoilt::add);
        for (long id : spoilt) {
            if (id % 3 == 0 || id > LAST) {
                sides.origin().remove(id);
                sides.target().put(id, "extra");
            } else if (id % 3 == 1) {
                sides.target().remove(id);
            } else {
                sides.target().put(id, "other");
            }
        }
        assertThat(compare(Item.TYPE.all(), true)).isTrue();
        assertThat(spoilt).allMatch(this::isRead);
        assertThat(unlike)
                .hasSizeLessThanOrEqualTo(spoilt.size())
                .allSatisfy(range -> assertThat(new Maps().of(Side.TARGET, range.first(), range.last()))
                        .hasSizeLessThanOrEqualTo(Bisection.SHORT_ROWS));
        assertThat(sums).isLessThan(2L * spoilt.size() * 2 * 10);
    }

    @Test
    void aSideThatIsEmptyIsReadInShortRanges() throws Exception {
        both();
        sides.origin().clear();
        assertThat(compare(Item.TYPE.all(), true)).isTrue();
        assertThat(LongStream.rangeClosed(1, LAST)).allMatch(this::isRead);
        assertThat(unlike)
                .allSatisfy(range -> assertThat(new Maps().of(Side.TARGET, range.first(), range.last()))
                        .hasSizeLessThanOrEqualTo(Bisection.SHORT_ROWS));
    }

    @Test
    void aRangeEndsWhereItIsSaidTo() throws Exception {
        both();
        sides.target().put(50L, "before it");
        sides.target().put(100L, "its first key, which somebody else looks at");
        sides.target().put(101L, "other");
        sides.target().put(20_000L, "other");
        sides.target().put(20_001L, "behind it");
        assertThat(compare(Item.TYPE.between(100L, 20_000L), true)).isTrue();
        assertThat(List.of(101L, 20_000L)).allMatch(this::isRead);
        assertThat(List.of(50L, 100L, 20_001L)).noneMatch(this::isRead);
    }

    @Test
    void itEndsWhenItIsTold() throws Exception {
        both();
        sides.target().put(5L, "other");
        sides.target().put(40_000L, "other");
        assertThat(compare(Item.TYPE.all(), false)).isFalse();
        assertThat(unlike).hasSize(1);
    }

    @Test
    void itEndsAlthoughRecordsComeFasterThanRangesAreHalved() throws Exception {
        both();
        sides.target().put(20L, "other");
        Random random = new Random(1);
        meanwhile = () -> {
            for (int more = 0; more < 300 && sides.origin().size() < 3 * LAST; more++) {
                long id = LAST + random.nextLong(1L << 40);
                sides.origin().put(id, "new");
                sides.target().put(id, "new");
            }
        };
        assertThat(compare(Item.TYPE.all(), true)).isTrue();
        assertThat(isRead(20)).isTrue();
    }
}
