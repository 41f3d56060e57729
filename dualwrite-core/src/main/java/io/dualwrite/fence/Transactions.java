package io.dualwrite.fence;

import io.dualwrite.stage.Side;
import org.jspecify.annotations.Nullable;

/**
 * <strong>SPI.</strong> Runs work on a side under its fence. Thread-safe; a transaction belongs to one thread.
 */
public interface Transactions {
    /** What runs inside a fenced transaction. */
    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T run(Transaction transaction) throws Exception;
    }

    /** What runs on one side. */
    @FunctionalInterface
    interface Reading<T extends @Nullable Object> {
        T on(Side side) throws Exception;
    }

    /** The calling thread's transaction, or null when it has none. */
    @Nullable Transaction current();

    /** The way of calls that need no transaction; null where every call needs one. */
    default @Nullable ShortWay shortWay() {
        return null;
    }

    /**
     * Runs {@code work} once in the calling thread's transaction, or else in one that is opened for it on the side that
     * has the authority, commits before this method returns, and rolls back when the work throws. Waits, before anything
     * is done and holding nothing, while the authority is being handed over.
     *
     * @throws StageMovedException when the authority was not to be had within the writers' waiting bound
     * @throws Exception what the work or the commit threw, unchanged
     */
    <T extends @Nullable Object> T write(Work<T> work) throws Exception;

    /**
     * Reads outside a read-write transaction: runs {@code reading} on {@code side} and then makes sure that the side still
     * may answer: as the authority (or its last one, while closed) or, when {@code asCopy}, as a copy that follows. If it
     * may not, the answer is thrown away and the reading repeated on the side that may.
     *
     * @throws Exception what the reading threw, unchanged
     */
    <T extends @Nullable Object> T read(Side side, boolean asCopy, Reading<T> reading) throws Exception;
}
