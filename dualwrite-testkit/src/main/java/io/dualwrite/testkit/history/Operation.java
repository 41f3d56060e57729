package io.dualwrite.testkit.history;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one client did to one record, and what it knows of it. A write reads the record under a lock before it changes it,
 * so that each value names the one it replaced; values are never used twice.
 *
 * @param transaction which operations share a fate; unique over all clients
 * @param seen the value found, null when there was no record; of a read, the answer
 * @param value the value left behind, null for a delete and for a read
 * @param begun before the first statement, in nanoseconds of a clock that all clients share
 * @param ended after the answer, on that clock; {@link Long#MAX_VALUE} when there was none
 */
public record Operation(
        String transaction,
        Kind kind,
        String key,
        @Nullable String seen,
        @Nullable String value,
        Outcome outcome,
        long begun,
        long ended) {
    /** What was done. */
    public enum Kind {
        READ,
        WRITE,
        DELETE
    }

    /** What the client was told. */
    public enum Outcome {
        /** It was done. */
        ACKNOWLEDGED,
        /** It was not done, for certain. */
        FAILED,
        /** Nothing, or nothing that tells: it may have been done or not. */
        UNKNOWN
    }

    public Operation {
        Objects.requireNonNull(transaction, "transaction");
        Objects.requireNonNull(key, "key");
        if ((kind == Kind.WRITE) == (value == null)) {
            throw new IllegalArgumentException("A write leaves a value behind and nothing else does, not " + value);
        }
    }

    boolean isRead() {
        return kind == Kind.READ;
    }

    boolean mayHaveHappened() {
        return outcome != Outcome.FAILED;
    }
}
