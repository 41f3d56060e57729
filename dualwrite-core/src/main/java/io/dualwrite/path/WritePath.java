package io.dualwrite.path;

import io.dualwrite.fence.ShortWay;
import io.dualwrite.fence.Transaction;
import io.dualwrite.fence.Transactions;
import io.dualwrite.stage.RecordId;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How one write goes through: fence, side, intents, the call itself, once, on the authority alone. What the call throws
 * reaches the caller unchanged. Thread-safe; blocks on the authority, and while the authority is being handed over.
 */
public class WritePath {
    private final Transactions transactions;

    public WritePath(Transactions transactions) {
        this.transactions = transactions;
    }

    /** Which records a write touches. */
    public interface Keys {
        /** What logs and events call the write. */
        default String operation() {
            return "write";
        }

        /**
         * The records that the arguments name before the call.
         *
         * @throws IllegalArgumentException when an argument is null or has no key and could not be given one; nothing has
         *     been written then
         */
        Collection<RecordId> before();

        /** What the arguments and the result name after the call; the result is null when the call failed. */
        Named after(@Nullable Object result);
    }

    /**
     * Records that were named.
     *
     * @param records which
     * @param unnamed how many more there are without a key
     */
    public record Named(Collection<RecordId> records, int unnamed) {
        IllegalStateException nameless() {
            return new IllegalStateException(unnamed
                    + " records have no key after the write, so that nobody can bring them to the copy; return the"
                    + " record or its key. A transaction is rolled back; a store without one has kept the write");
        }
    }

    /** The way of calls at stages that leave no intents; null where there is none. */
    public @Nullable ShortWay shortWay() {
        return transactions.shortWay();
    }

    /**
     * Makes the call in the thread's transaction, or in one of its own.
     *
     * @throws IllegalArgumentException when a record cannot be named and the call was not made
     * @throws IllegalStateException when a record could not be named after the call either; the transaction must be
     *     rolled back, and one opened here has been
     * @throws Exception what the call or the commit threw, unchanged
     */
    public <T extends @Nullable Object> T write(Keys keys, Transactions.Reading<T> call) throws Exception {
        Set<RecordId> before = new LinkedHashSet<>(keys.before());
        return transactions.write(transaction -> {
            // Before the call: an intent too many costs one read, an intent too few costs a record.
            before.forEach(transaction::changed);
            T result;
            try {
                result = call.on(transaction.side());
            } catch (Throwable failure) {
                // The caller may catch this and commit a transaction of his own with half of the call's work in it.
                try {
                    note(keys.after(null), before, transaction);
                } catch (RuntimeException unnameable) {
                    failure.addSuppressed(unnameable);
                }
                throw failure;
            }
            Named after = keys.after(result);
            note(after, before, transaction);
            if (after.unnamed() > 0) {
                IllegalStateException nameless = after.nameless();
                transaction.mustRollBack(nameless);
                throw nameless;
            }
            return result;
        });
    }

    /** A key that differs from the one before the call is a second record: both have changed. */
    private static void note(Named after, Set<RecordId> before, Transaction transaction) {
        after.records().stream().filter(record -> !before.contains(record)).forEach(transaction::changed);
    }
}
