package io.dualwrite.repair;

import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.store.RecordType;
import org.jspecify.annotations.Nullable;

/**
 * Both sides of one record type next to each other, in key order: shows what differs at first sight, which is no more than a
 * candidate, since there is no common snapshot. Belongs to one thread; blocks on both stores; memory is flat.
 */
final class Merge {
    private final RecordType<?, ?> type;
    private final Scan scan;
    private final Sight sight;
    private final long[] rows = new long[Side.values().length];

    /** Who looks. */
    interface Sight {
        /** A record was read. */
        void read(Side side);

        /** This record differs at first sight; true to go on. */
        boolean differs(RecordId record) throws Exception;
    }

    Merge(RecordType<?, ?> type, Scan scan, Sight sight) {
        this.type = type;
        this.scan = scan;
        this.sight = sight;
    }

    /** How many records of a side were read so far. */
    long rows(Side side) {
        return rows[side.ordinal()];
    }

    /** Shows what differs in the range, until it was told to end; false then. */
    boolean compare(RecordRange range) throws Exception {
        try (Scan.Prints origins = scan.fingerprints(Side.ORIGIN, range);
                Scan.Prints targets = scan.fingerprints(Side.TARGET, range)) {
            Scan.Print origin = next(origins, Side.ORIGIN);
            Scan.Print target = next(targets, Side.TARGET);
            boolean goesOn = true;
            while (goesOn && (origin != null || target != null)) {
                if (Thread.interrupted()) {
                    // Drivers do not notice by themselves.
                    throw new InterruptedException("The comparison of " + type.name() + " was stopped");
                }
                int order = order(origin, target);
                if (order != 0) {
                    goesOn = differs(order < 0 ? origin : target);
                } else if (origin != null
                        && target != null
                        && !origin.contents().equals(target.contents())) {
                    goesOn = differs(origin);
                }
                if (order <= 0) {
                    origin = next(origins, Side.ORIGIN);
                }
                if (order >= 0) {
                    target = next(targets, Side.TARGET);
                }
            }
            return goesOn;
        }
    }

    /**
     * As {@link #compare(RecordRange)}, of a page. Where a side listed keys and then shows no record of them, all of its keys
     * are shown: comparing nothing proves nothing, and they may have been deleted meanwhile.
     */
    boolean compare(KeyPages.Page page) throws Exception {
        long origins = rows(Side.ORIGIN);
        long targets = rows(Side.TARGET);
        boolean goesOn = compare(page.range());
        boolean shown = isShown(page, Side.ORIGIN, origins) && isShown(page, Side.TARGET, targets);
        if (!shown) {
            for (String key : page.keys()) {
                goesOn = goesOn && sight.differs(new RecordId(type.name(), key));
            }
        }
        return goesOn;
    }

    private boolean isShown(KeyPages.Page page, Side side, long before) {
        return rows(side) > before || !page.listed().contains(side);
    }

    private boolean differs(Scan.@Nullable Print print) throws Exception {
        return print == null || sight.differs(new RecordId(type.name(), print.key()));
    }

    private int order(Scan.@Nullable Print origin, Scan.@Nullable Print target) {
        if (origin == null || target == null) {
            return origin == null ? 1 : -1;
        }
        return origin.key().equals(target.key()) ? 0 : type.inKeyOrder(origin.key(), target.key());
    }

    private Scan.@Nullable Print next(Scan.Prints prints, Side side) throws InterruptedException {
        if (!isThereMore(prints)) {
            return null;
        }
        rows[side.ordinal()]++;
        sight.read(side);
        return prints.next();
    }

    /** Streams throw nothing that is checked, so an interrupt comes out of them in disguise. */
    private boolean isThereMore(Scan.Prints prints) throws InterruptedException {
        try {
            return prints.hasNext();
        } catch (RuntimeException failure) {
            if (Thread.interrupted()) {
                InterruptedException stopped =
                        new InterruptedException("The comparison of " + type.name() + " was stopped");
                stopped.initCause(failure);
                throw stopped;
            }
            throw failure;
        }
    }
}
