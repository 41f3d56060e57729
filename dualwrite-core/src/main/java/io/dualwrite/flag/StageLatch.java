package io.dualwrite.flag;

import io.dualwrite.stage.Stage;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the last good wish of a source that fails: a flag that errs or disappears must change nothing. Whatever the source
 * throws stays here, {@link Error} too. Each kind of failure is reported once until the source recovers. Thread-safe;
 * blocks as long as the source does.
 */
public final class StageLatch {
    private static final int KINDS_REMEMBERED = 32;

    private final StageSource source;
    private final Consumer<Throwable> failures;
    private final Set<String> reported = new HashSet<>();
    private @Nullable Stage last;

    /**
     * @param source what to ask
     * @param failures told of each new kind of failure, on the asking thread; must not throw
     */
    public StageLatch(StageSource source, Consumer<Throwable> failures) {
        this.source = Objects.requireNonNull(source, "source");
        this.failures = Objects.requireNonNull(failures, "failures");
    }

    /** What the source wishes now, or the last good wish when it fails; null before the first good one. */
    public synchronized @Nullable Stage wish() {
        boolean interrupted = Thread.currentThread().isInterrupted();
        try {
            Stage wish = source.wish();
            if (wish == null || !wish.isWishable()) {
                throw new NoWishException(wish);
            }
            last = wish;
            reported.clear();
        } catch (Throwable failure) {
            interrupted |= failure instanceof InterruptedException;
            if (reported.size() < KINDS_REMEMBERED
                    && reported.add(failure.getClass().getName())) {
                failures.accept(failure);
            }
        }
        if (interrupted) {
            // Also where the source has swallowed it.
            Thread.currentThread().interrupt();
        }
        return last;
    }

    /** The source answered, and the answer was no stage that a flag may ask for. */
    public static final class NoWishException extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoWishException(@Nullable Stage answer) {
            super("The stage flag answered " + answer
                    + "; it may ask for OFF, DUAL_WRITE, SHADOW, LIVE, RAMP_DOWN or COMPLETE");
        }
    }
}
