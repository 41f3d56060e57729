package io.dualwrite.repair;

import io.dualwrite.stage.Side;
import io.dualwrite.store.RecordType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The ranges of one record type that cursors of their own walk in one generation. Where they begin and end is agreed upon
 * once, and kept beside the cursors: whoever resumes, and every other node, cuts the keys at the same places, whatever its
 * own settings say.
 *
 * <p>The agreement holds whoever takes part in it and whenever he dies. The number of borders is saved first, by whoever is
 * first; then each border, by whoever is first with that one. None is ever replaced, and nobody begins before all are there.
 * Borders of different nodes may lie in any order: any set of keys cuts all of them into ranges without a gap. A border
 * for which nobody found a key is saved as none.
 *
 * <p>A generation whose backfill was begun with one cursor keeps it: then there are no borders, and one range.
 */
final class BackfillRanges<K> {
    private static final int PAGE = 2_000;

    private final BackfillCursor.Tools tools;
    private final RecordType<?, K> type;
    private final int generation;

    /**
     * What one cursor walks.
     *
     * @param begin the checkpoint to begin with, unless another one was saved under its name
     * @param known whether {@code begin} is what is saved
     * @param upTo the last key; null when there is no other range after it
     */
    record Range(Checkpoint begin, boolean known, @Nullable String upTo) {
        /** Whether it is all there is. */
        boolean isWhole() {
            return begin.job().equals(Checkpoint.BACKFILL);
        }
    }

    BackfillRanges(BackfillCursor.Tools tools, RecordType<?, K> type, int generation) {
        this.tools = tools;
        this.type = type;
        this.generation = generation;
    }

    /** The checkpoint of the type as a whole. */
    Checkpoint whole(long rows, boolean done) {
        return new Checkpoint(Checkpoint.BACKFILL, type.name(), generation, null, rows, done);
    }

    /** The ranges in order; blocks on both sides until they are agreed upon. */
    List<Range> agreed() throws InterruptedException {
        Optional<Checkpoint> whole = saved(Checkpoint.BACKFILL);
        if (whole.isPresent()) {
            return List.of(new Range(inThisGeneration(whole.get()), true, null));
        }
        Optional<Checkpoint> begun = saved(Checkpoint.borders(0));
        if (begun.isEmpty() && tools.settings().ranges() == 1) {
            return List.of(new Range(whole(0, false), true, null));
        }
        return between(borders(begun.map(Checkpoint::rows).map(Math::toIntExact).orElse(0)));
    }

    /** Whatever was found in its place, what is saved next is saved under the generation that this run is in. */
    private Checkpoint inThisGeneration(Checkpoint found) {
        return new Checkpoint(found.job(), type.name(), generation, found.position(), found.rows(), found.done());
    }

    /** How far the type as a whole has come. Blocks on the target. */
    Checkpoint soFar() {
        Optional<Checkpoint> whole = find(Checkpoint.BACKFILL);
        if (whole.isPresent()) {
            return whole.get();
        }
        long parts = find(Checkpoint.borders(0)).map(Checkpoint::rows).orElse(0L);
        long rows = 0;
        for (int number = 0; number < parts; number++) {
            rows += find(Checkpoint.range(number)).map(Checkpoint::rows).orElse(0L);
        }
        return whole(rows, false);
    }

    /** {@code agreed} is the number of ranges that somebody has decided on, or 0. */
    private TreeSet<String> borders(int agreed) throws InterruptedException {
        List<String> mine = List.of();
        int parts = agreed;
        if (parts == 0) {
            parts = tools.settings().ranges();
            mine = look(parts);
            parts = decided(0, null, parts).map(Math::toIntExact).orElse(parts);
        }
        TreeSet<String> borders = new TreeSet<>(this::inKeyOrder);
        for (int number = 1; number < parts; number++) {
            Optional<Checkpoint> saved = saved(Checkpoint.borders(number));
            if (saved.isEmpty()) {
                mine = mine.isEmpty() ? look(parts) : mine;
                decided(number, number <= mine.size() ? mine.get(number - 1) : null, parts);
                saved = saved(Checkpoint.borders(number));
            }
            saved.map(Checkpoint::position).ifPresent(borders::add);
        }
        return borders;
    }

    /** Saves it unless somebody was quicker; the number of ranges that is saved with it now. */
    private Optional<Long> decided(int number, @Nullable String key, int parts) throws InterruptedException {
        // Done, and so final: no save replaces it.
        Checkpoint next = new Checkpoint(Checkpoint.borders(number), type.name(), generation, key, parts, true);
        tools.patiently(type, () -> tools.checkpoints().replace(null, next));
        return saved(next.job()).map(Checkpoint::rows);
    }

    private List<Range> between(TreeSet<String> borders) {
        List<Range> ranges = new ArrayList<>();
        @Nullable String after = null;
        for (String border : borders) {
            ranges.add(range(ranges.size(), after, border));
            after = border;
        }
        ranges.add(range(ranges.size(), after, null));
        return ranges;
    }

    private Range range(int number, @Nullable String after, @Nullable String upTo) {
        return new Range(
                new Checkpoint(Checkpoint.range(number), type.name(), generation, after, 0, false), false, upTo);
    }

    /** Walks the origin's keys once, giving way as between chunks. */
    private List<String> look(int parts) throws InterruptedException {
        EvenBorders borders = new EvenBorders();
        List<String> page = pageAfter(null);
        while (!page.isEmpty()) {
            page.forEach(borders::add);
            page = pageAfter(page.get(page.size() - 1));
        }
        return borders.cut(parts);
    }

    private List<String> pageAfter(@Nullable String last) throws InterruptedException {
        return tools.patiently(type, () -> {
            tools.brakes().await(() -> {});
            return tools.scan().keysAfter(Side.ORIGIN, type.name(), last, PAGE);
        });
    }

    private Optional<Checkpoint> saved(String job) throws InterruptedException {
        return tools.patiently(type, () -> find(job));
    }

    private Optional<Checkpoint> find(String job) {
        return tools.checkpoints().find(job, type.name(), generation);
    }

    private int inKeyOrder(String first, String second) {
        return type.codec().compare(type.codec().decode(first), type.codec().decode(second));
    }
}
