package io.dualwrite.testkit.contract;

import io.dualwrite.MigrationParts;
import io.dualwrite.stage.Side;
import org.jspecify.annotations.Nullable;

/**
 * Two stores with one record type between them, as the contracts for pairs see them: values under keys, written and read
 * past the library.
 */
public interface Pair {
    /** What the adapter under test makes of these stores; always the same parts within a test. */
    MigrationParts parts();

    /** Writes the value under the key on one side, whatever its control row says. Leaves no intent. */
    void put(Side side, long key, String value) throws Exception;

    /** Removes what is under the key on one side. */
    void remove(Side side, long key) throws Exception;

    /** The committed value under the key on one side, or null. */
    @Nullable String get(Side side, long key) throws Exception;

    /** Writes as an application does, inside a transaction that is in progress on that side. */
    void putIn(io.dualwrite.fence.Transaction transaction, long key, String value) throws Exception;
}
