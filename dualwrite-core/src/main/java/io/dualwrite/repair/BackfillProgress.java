package io.dualwrite.repair;

import io.dualwrite.event.MigrationEvent.Progress;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Pace;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** How far a run of the backfill has come with one record type or a part of it, and the telling of it twice a second. Thread-safe. */
final class BackfillProgress {
    private static final Duration TELL_EVERY = Duration.ofMillis(500);

    private final String type;
    private final int part;
    private final Estimate estimate;
    private final MigrationListener listener;
    private final Pace pace;
    private final long begun;
    private Pace.Deadline next;
    private @Nullable OptionalLong estimated;
    private long before;
    private long now;

    /** About how many records there are in all. */
    @FunctionalInterface
    interface Estimate {
        OptionalLong ask() throws Exception;
    }

    /** Of a whole type; {@code estimate} is asked once, when there is something to tell. */
    BackfillProgress(String type, Estimate estimate, MigrationListener listener, Pace pace) {
        this(type, -1, estimate, listener, pace);
    }

    /** Of the part with that number, to which the estimate belongs. */
    BackfillProgress(String type, int part, Estimate estimate, MigrationListener listener, Pace pace) {
        this.type = type;
        this.part = part;
        this.estimate = estimate;
        this.listener = listener;
        this.pace = pace;
        this.begun = pace.nanos();
        this.next = pace.in(TELL_EVERY);
    }

    /** So many records were brought over by runs before. */
    synchronized void before(long records) {
        before += records;
    }

    /** So many more were brought over by this one. */
    synchronized void came(long records) {
        now += records;
        tellWhenDue(List.of());
    }

    /** It waits for these. */
    synchronized void waits(List<String> reasons) {
        tellWhenDue(reasons);
    }

    /** The type is done, or the part. */
    synchronized void ended() {
        tell(before + now, List.of());
    }

    private void tellWhenDue(List<String> reasons) {
        if (next.isOver()) {
            OptionalLong about = estimated();
            // However wrong the estimate was: what is not done has at least one record more.
            tell(about.isPresent() ? Math.max(about.getAsLong(), before + now + 1) : -1, reasons);
            next = pace.in(TELL_EVERY);
        }
    }

    private OptionalLong estimated() {
        OptionalLong known = estimated;
        if (known == null) {
            known = ask();
            estimated = known;
        }
        return known;
    }

    private OptionalLong ask() {
        try {
            return estimate.ask();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return OptionalLong.empty();
        } catch (Exception unknown) {
            // What cannot be estimated is copied all the same.
            return OptionalLong.empty();
        }
    }

    private void tell(long total, List<String> reasons) {
        Duration elapsed = Duration.ofNanos(pace.nanos() - begun);
        listener.on(new Progress(
                Checkpoint.BACKFILL, type, part, before + now, total, elapsed, Progress.rate(now, elapsed), reasons));
    }
}
