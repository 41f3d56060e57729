package io.dualwrite.repair;

import io.dualwrite.event.MigrationEvent.Progress;
import io.dualwrite.event.MigrationEvent.Repaired;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Pace;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.store.RecordType;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One verification: what it is to do, and what it has found. Looks at nothing more once it was stopped. Belongs to one
 * thread; blocks on both stores.
 */
final class VerifyPass implements Merge.Sight {
    private static final int CONFIRM_AT_ONCE = 100;
    private static final int SAMPLE_PAGE = 500;
    /** A look at the clock costs as much as a comparison. */
    private static final int LOOK_AT_THE_CLOCK = 100;

    private static final Duration PROGRESS_EVERY = Duration.ofMillis(500);

    private final VerifyRequest request;
    private final Side authority;
    private final Verifier verifier;
    private final MigrationListener listener;
    private final Pace pace;
    private final Tally tally = new Tally();
    private final Set<RecordId> suspects = new LinkedHashSet<>();
    private String type = "";
    private @Nullable String before;
    private long read;
    private long begun;
    private Pace.Deadline nextProgress;

    VerifyPass(VerifyRequest request, Side authority, Verifier verifier, MigrationListener listener, Pace pace) {
        this.request = request;
        this.authority = authority;
        this.verifier = verifier;
        this.listener = listener;
        this.pace = pace;
        this.nextProgress = pace.in(PROGRESS_EVERY);
    }

    boolean isStopped() {
        return tally.isStopped();
    }

    VerifyReport report(Duration took) {
        return tally.report(request.scope(), took);
    }

    /** Somebody else confirmed a difference meanwhile. */
    void overtaken() {
        tally.overtaken();
    }

    Map<String, Long> told() {
        return tally.told();
    }

    /** As {@link #range}, of keys that come after the range's first one, which belongs to the part before. */
    boolean part(RecordType<?, ?> of, Scan listing, RecordRange range) throws Exception {
        before = range.first();
        return range(of, listing, range);
    }

    /** There is nothing to look at any more, which proves nothing. */
    void nothing() {
        tally.incomplete();
    }

    /** Whether everything in the range was read and nothing really differed. */
    boolean range(RecordType<?, ?> of, Scan listing, RecordRange range) throws Exception {
        if (isStopped()) {
            return false;
        }
        begin(of);
        long confirmedBefore = tally.confirmed();
        Sides<Long> rowsBefore = Sides.each(tally::rows);
        boolean complete = true;
        if (request.summed() ? isSummedUp(of, listing, range) : new Merge(of, listing, this).compare(range)) {
            for (Side side : Side.values()) {
                complete &= tally.rows(side) > rowsBefore.of(side) || isEmpty(of, listing, side, range);
            }
        }
        end();
        if (!complete) {
            tally.incomplete();
        }
        return complete && !isStopped() && tally.confirmed() == confirmedBefore;
    }

    /** As {@link Merge#compare(RecordRange)}, reading only what sums say to be different. */
    private boolean isSummedUp(RecordType<?, ?> of, Scan listing, RecordRange range) throws Exception {
        String first = range.first();
        if (first != null && !first.equals(before)) {
            // Ranges that are summed up begin after a key; this one is looked at by itself.
            suspect(new RecordId(of.name(), first));
        }
        String outside = before;
        try {
            return new Bisection(of, (SummingScan) listing, authority, new Bisection.Found() {
                        @Override
                        public void alike(long rows) {
                            for (Side side : Side.values()) {
                                tally.read(side, rows);
                            }
                            read += rows;
                            tellNowAndThen();
                        }

                        @Override
                        public boolean unlike(RecordRange part) throws Exception {
                            before = part.first();
                            return new Merge(of, listing, VerifyPass.this).compare(part);
                        }
                    })
                    .compare(range);
        } finally {
            before = outside;
        }
    }

    private void tellNowAndThen() {
        if (nextProgress.isOver()) {
            tell();
            nextProgress = pace.in(PROGRESS_EVERY);
        }
    }

    /** Comparing nothing with nothing proves nothing, unless the side that showed nothing has nothing. */
    private boolean isEmpty(RecordType<?, ?> of, Scan listing, Side side, RecordRange range) throws Exception {
        String first = range.first();
        if (first != null && !first.equals(before)) {
            // Lists come after a key; whether this one is there is told by looking at it.
            suspects.add(new RecordId(of.name(), first));
        }
        return listing.keysAfter(side, of.name(), first, 1).stream()
                .noneMatch(key -> of.isIn(range, new RecordId(of.name(), key)));
    }

    /** Looks at a share of the pages, one at least. */
    void sample(RecordType<?, ?> of, Scan listing, VerifyScope.Sample sample) throws Exception {
        if (isStopped()) {
            return;
        }
        begin(of);
        Merge merge = new Merge(of, listing, this);
        KeyPages pages = new KeyPages(of, listing, SAMPLE_PAGE, null);
        SplittableRandom random = new SplittableRandom(sample.seed());
        KeyPages.Page spare = null;
        boolean picked = false;
        int seen = 0;
        for (KeyPages.Page page = pages.next(); page != null && !isStopped(); page = pages.next()) {
            seen++;
            if (random.nextDouble() < sample.share()) {
                picked = true;
                merge.compare(page);
            } else if (random.nextInt(seen) == 0) {
                // Any of those seen so far, each as likely as the others.
                spare = page;
            }
        }
        if (!picked && spare != null) {
            merge.compare(spare);
        }
        end();
    }

    /** Looks at records that wait to be rechecked. */
    void recent(int most) throws Exception {
        List<RecordId> records = verifier.recent(authority, most);
        for (RecordId record : records) {
            if (!isStopped()) {
                tally.read(Side.ORIGIN);
                tally.read(Side.TARGET);
                suspect(record);
            }
        }
        confirmSuspects();
        if (records.size() == most) {
            tally.incomplete();
        }
    }

    private void begin(RecordType<?, ?> of) {
        type = of.name();
        read = 0;
        begun = pace.nanos();
        nextProgress = pace.in(PROGRESS_EVERY);
    }

    private void end() throws Exception {
        confirmSuspects();
        tell();
    }

    @Override
    public void read(Side side) {
        tally.read(side);
        if (side == Side.ORIGIN) {
            read++;
            if (read % LOOK_AT_THE_CLOCK == 0) {
                tellNowAndThen();
            }
        }
    }

    @Override
    public boolean differs(RecordId record) throws Exception {
        if (record.key().equals(before)) {
            return true;
        }
        tally.candidate();
        suspect(record);
        return !isStopped();
    }

    private void suspect(RecordId record) throws Exception {
        suspects.add(record);
        // Never more at once than may still be found, so that it stops at the right one.
        if (suspects.size() >= Math.min(CONFIRM_AT_ONCE, request.mostConfirmed() - tally.confirmed())) {
            confirmSuspects();
        }
    }

    private void confirmSuspects() throws Exception {
        if (suspects.isEmpty() || isStopped()) {
            return;
        }
        List<Discrepancy> found = verifier.confirm(authority, suspects, request.policy());
        suspects.clear();
        found.forEach(tally::confirmed);
        if (tally.confirmed() >= request.mostConfirmed()) {
            tally.stopped(found.get(found.size() - 1).record());
        }
        if (request.policy() == VerifyPolicy.REPAIR && !found.isEmpty()) {
            Set<RecordId> stillDifferent = verifier.stillDifferent(authority, found);
            for (Discrepancy each : found) {
                if (!stillDifferent.contains(each.record())) {
                    tally.repaired();
                    listener.on(new Repaired(each.record()));
                }
            }
        }
    }

    private void tell() {
        Duration elapsed = Duration.ofNanos(pace.nanos() - begun);
        listener.on(new Progress("verification", type, read, -1, elapsed));
    }
}
