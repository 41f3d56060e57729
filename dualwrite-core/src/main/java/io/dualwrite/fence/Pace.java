package io.dualwrite.fence;

import java.time.Duration;

/**
 * The one seam through which the library measures time and waits, so that a simulation can do both. Thread-safe.
 */
public interface Pace {
    /** A monotonic clock in nanoseconds, comparable only with itself. */
    long nanos();

    /** Waits at least this long; returns at once for zero and less. */
    void pause(Duration atLeast) throws InterruptedException;

    /** The machine's own clock and sleep. */
    static Pace real() {
        return new Pace() {
            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public void pause(Duration atLeast) throws InterruptedException {
                if (atLeast.compareTo(Duration.ZERO) > 0) {
                    Thread.sleep(atLeast.toMillis(), atLeast.toNanosPart() % 1_000_000);
                }
            }
        };
    }

    /** A point in time after {@code budget} from now, to be asked whether it has passed. */
    default Deadline in(Duration budget) {
        long end = nanos() + budget.toNanos();
        return () -> Duration.ofNanos(end - nanos());
    }

    /** A point in time of a {@link Pace}. */
    @FunctionalInterface
    interface Deadline {
        /** What is left; zero or negative once it has passed. */
        Duration remaining();

        /** Whether nothing is left. */
        default boolean isOver() {
            return remaining().compareTo(Duration.ZERO) <= 0;
        }
    }
}
