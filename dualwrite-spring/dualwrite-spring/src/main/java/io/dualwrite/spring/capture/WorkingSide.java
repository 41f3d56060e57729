package io.dualwrite.spring.capture;

import io.dualwrite.stage.Side;
import org.jspecify.annotations.Nullable;

/**
 * The side that this thread keeps to for one call outside of transactions, because its statements are made for it. Connections
 * that are taken meanwhile from a {@link CapturingDataSource} that follows lead there; a change fails with SQL state 40001
 * where that side does not have the authority any more. Thread-safe.
 */
public final class WorkingSide {
    private static final ThreadLocal<@Nullable Side> CURRENT = new ThreadLocal<>();

    private WorkingSide() {}

    /** A call that may throw anything. */
    @FunctionalInterface
    public interface Work {
        @Nullable Object call() throws Throwable;
    }

    /** Makes a call on this side; a call inside of another one has its own. */
    public static @Nullable Object on(Side side, Work work) throws Throwable {
        Side before = CURRENT.get();
        CURRENT.set(side);
        try {
            return work.call();
        } finally {
            if (before == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(before);
            }
        }
    }

    static @Nullable Side current() {
        return CURRENT.get();
    }
}
