package io.dualwrite.spring.capture;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a statement may do to a migration's records, as far as its text tells. Immutable. */
sealed interface Effect {
    /** It changes none of them: it reads, or writes elsewhere. */
    record Other() implements Effect {}

    /** Nobody has looked: the migration had never begun when it was executed. */
    record Unexamined() implements Effect {}

    /** Neither reads nor writes rows: it defines something, sets something, or ends a transaction. */
    record Command(Kind kind) implements Effect {
        enum Kind {
            TAKES_BACK,
            /** Creates or drops a temporary table, said so. */
            TEMPORARY_TABLE,
            DROPPED_TABLE,
            OTHER
        }

        boolean takesBack() {
            return kind == Kind.TAKES_BACK;
        }

        /** Whether an engine is known to go on in the same transaction, nothing of which it has committed. */
        boolean commitsNothing(String product) {
            boolean postgres = product.equals("PostgreSQL");
            boolean temporary = kind == Kind.TEMPORARY_TABLE && (postgres || product.equals("MariaDB"));
            return temporary || (kind == Kind.DROPPED_TABLE && postgres);
        }
    }

    /**
     * It changes at most these.
     *
     * @param adds whether it adds them, so that a key without a value is one that the database makes up
     */
    record Named(CapturedTable table, List<List<Operand>> keys, boolean adds) implements Effect {}

    /**
     * It adds records whose keys the database completes.
     *
     * @param rows the key of each, null for the columns that the database fills in; null where only the database can tell
     *     which they are
     * @param answers whether it answers with a result by itself
     */
    record Generated(CapturedTable table, @Nullable List<List<@Nullable Operand>> rows, boolean answers)
            implements Effect {}

    /**
     * It changes those that a query finds before.
     *
     * @param query what follows {@code select key}
     * @param firstMark the number of the first parameter in it
     * @param marks how many there are
     */
    record Searched(CapturedTable table, String query, int firstMark, int marks) implements Effect {}

    /** It changes records and ends the transaction, so that nothing can be written in between. */
    record Inseparable(String why) implements Effect {}

    /** It may change any record of these tables. */
    record Unnamed(List<CapturedTable> tables, String why) implements Effect {}
}
