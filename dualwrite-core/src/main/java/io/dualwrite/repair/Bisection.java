package io.dualwrite.repair;

import io.dualwrite.repair.SummingScan.Sum;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.store.RecordType;
import org.jspecify.annotations.Nullable;

/**
 * Compares both sides of one record type by sums that the stores make of ranges. A range whose sums differ is halved until it
 * is short, and then read: nothing is found by a sum alone. Belongs to one thread; blocks on both stores.
 *
 * <p>Equal sums say of each record in the range that it was on one side, at the moment of that side's sum, what it was on the
 * other, at the moment of the other's. Reading both sides says no more, since it has no common snapshot either.
 */
final class Bisection {
    /** Records of a range that is summed up at once, on the side that ranges are cut by. */
    static final int PIECE_ROWS = 10_000;
    /** A range in which neither side has more records than these is read. */
    static final int SHORT_ROWS = 200;
    /** Records may come faster than ranges are halved; then the range is read as it is. */
    private static final int DEEPEST = 64;

    private final RecordType<?, ?> type;
    private final SummingScan scan;
    private final Side authority;
    private final Found found;

    /** Who is told. */
    interface Found {
        /** So many records are the same on both sides. */
        void alike(long rows);

        /** These have to be read: those after the range's first key, which is looked at elsewhere. True to go on. */
        boolean unlike(RecordRange range) throws Exception;
    }

    Bisection(RecordType<?, ?> type, SummingScan scan, Side authority, Found found) {
        this.type = type;
        this.scan = scan;
        this.authority = authority;
        this.found = found;
    }

    /** Compares what comes after the range's first key up to its last one, until it is told to end; false then. */
    boolean compare(RecordRange range) throws Exception {
        String after = range.first();
        boolean goesOn = true;
        boolean isLast = false;
        while (goesOn && !isLast) {
            String end = within(range, scan.keyAt(authority, type.name(), after, PIECE_ROWS));
            isLast = end == null;
            goesOn = compare(after, isLast ? range.last() : end, 0);
            after = end;
        }
        return goesOn;
    }

    /** The key where it lies before the range's end. */
    private @Nullable String within(RecordRange range, @Nullable String key) {
        String last = range.last();
        return key == null || last == null || type.inKeyOrder(key, last) < 0 ? key : null;
    }

    private boolean compare(@Nullable String after, @Nullable String last, int depth) throws Exception {
        if (Thread.interrupted()) {
            throw new InterruptedException("The comparison of " + type.name() + " was stopped");
        }
        Sum origin = scan.sum(Side.ORIGIN, type.name(), after, last);
        Sum target = scan.sum(Side.TARGET, type.name(), after, last);
        if (origin.equals(target)) {
            found.alike(origin.rows());
            return true;
        }
        Side longer = origin.rows() >= target.rows() ? Side.ORIGIN : Side.TARGET;
        long rows = Math.max(origin.rows(), target.rows());
        String middle = rows <= SHORT_ROWS || depth >= DEEPEST
                ? null
                : within(new RecordRange(type.name(), after, last), scan.keyAt(longer, type.name(), after, rows / 2));
        if (middle == null) {
            return found.unlike(new RecordRange(type.name(), after, last));
        }
        return compare(after, middle, depth + 1) && compare(middle, last, depth + 1);
    }
}
