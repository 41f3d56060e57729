package io.dualwrite.spring.capture;

import io.dualwrite.stage.Side;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The side that this thread reads from, whichever has the authority. Connections that are taken meanwhile from a {@link
 * CapturingDataSource} that follows lead there, and refuse changes. Thread-safe.
 */
public final class ReadingSide {
    private static final ThreadLocal<@Nullable Side> CURRENT = new ThreadLocal<>();

    private ReadingSide() {}

    /** Makes a call that only reads, on this side; a call inside of another one has its own. */
    public static <T extends @Nullable Object> T on(Side side, Callable<T> reading) throws Exception {
        Side before = CURRENT.get();
        CURRENT.set(side);
        try {
            return reading.call();
        } finally {
            if (before == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(before);
            }
        }
    }

    /** The side, or null where the authority is meant. */
    public static @Nullable Side current() {
        return CURRENT.get();
    }
}
