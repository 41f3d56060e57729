package io.dualwrite.path;

/**
 * A policy of somebody's own that cannot come between a failure and its caller: where it throws, nothing is covered, and what
 * it threw is suppressed by the failure.
 */
public record GuardedFallback(FallbackPolicy own) implements FallbackPolicy {
    @Override
    public boolean covers(Exception failure) {
        boolean interrupted = Thread.currentThread().isInterrupted();
        try {
            return own.covers(failure);
        } catch (Throwable wrong) {
            interrupted |= wrong instanceof InterruptedException;
            if (wrong != failure) {
                failure.addSuppressed(wrong);
            }
            return false;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
