package io.dualwrite.path;

import io.dualwrite.compare.Equivalence;
import io.dualwrite.compare.Findings;
import io.dualwrite.compare.Verdict;
import io.dualwrite.fence.Transactions;
import io.dualwrite.stage.Side;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compares the authority's answer with the copy's. Where they differ, both sides are asked once more, the authority first:
 * what a write in flight made differ is the same by then as a rule, and what differs between two reads of the authority
 * itself is learnt as noise. Thread-safe; blocks on both stores.
 */
final class Comparison {
    private final Transactions transactions;
    private final Equivalence<Object> equivalence;
    private final Findings findings;

    Comparison(Transactions transactions, Equivalence<Object> equivalence, Findings findings) {
        this.transactions = transactions;
        this.equivalence = equivalence;
        this.findings = findings;
    }

    /** The paths that differ, without those that differ by themselves. */
    List<String> differing(String operation, Side copy, @Nullable Object answer, Transactions.Reading<?> call)
            throws Exception {
        if (!equivalence.compare(answer, transactions.read(copy, true, call)).isEqual()) {
            Object again = transactions.read(copy.other(), false, call);
            Verdict between = equivalence.compare(again, transactions.read(copy, true, call));
            if (!between.isEqual()) {
                Verdict within = equivalence.compare(answer, again);
                return findings.different(operation, between.differences(), within.differences());
            }
        }
        findings.same(operation);
        return List.of();
    }
}
