package io.dualwrite.event;

/** A listener that listens for a while. Thread-safe. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
    /** Ends it; what is being told at this moment is still told. Idempotent; does not block. */
    @Override
    void close();
}
