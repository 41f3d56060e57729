package io.dualwrite.path;

import io.dualwrite.event.Fault;
import io.dualwrite.event.MigrationEvent.FellBack;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Board;
import io.dualwrite.fence.Transaction;
import io.dualwrite.fence.Transactions;
import io.dualwrite.flag.Ramp;
import io.dualwrite.stage.ControlView;
import io.dualwrite.stage.ReadPlan;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import org.jspecify.annotations.Nullable;

/**
 * How one read goes through: inside a transaction on its side, otherwise on the authority, compared later off the caller's
 * thread; or, for a share of the keys and only where the caller allows it, on the copy. What the copy does never reaches the
 * caller. Thread-safe; blocks on the authority, and on the copy no longer than its deadline.
 */
public final class ReadPath {
    private final Transactions transactions;
    private final Board board;
    private final ShadowReader shadow;
    private final Copy copy;
    private final MigrationListener listener;

    /**
     * What a read needs to be answered by the copy.
     *
     * @param calls how the copy is called
     * @param ramp the share of the keys that it answers
     * @param freshness whether it is likely to have a record's newest state
     * @param fallback after which failures of the authority it answers
     */
    public record Copy(CallPolicy calls, Ramp ramp, Freshness freshness, FallbackPolicy fallback) {}

    /**
     * A read.
     *
     * @param operation what events call it
     * @param key the one record it asks for, or null
     * @param staleAllowed whether the caller can do with an answer that is a little old
     * @param compared whether the answer may be compared with the copy's
     */
    public record Query(String operation, @Nullable RecordId key, boolean staleAllowed, boolean compared) {}

    public ReadPath(
            Transactions transactions, Board board, ShadowReader shadow, Copy copy, MigrationListener listener) {
        this.transactions = transactions;
        this.board = board;
        this.shadow = shadow;
        this.copy = copy;
        this.listener = listener;
    }

    /** Answers the query; what {@code call} throws on the authority reaches the caller unchanged. */
    public <T extends @Nullable Object> T read(Query query, Transactions.Reading<T> call) throws Exception {
        Transaction current = transactions.current();
        if (current != null) {
            return call.on(current.side());
        }
        ControlView view = board.view();
        ReadPlan plan = view.stage().read();
        Side authority = view.leader();
        RecordId key = query.key();
        if (plan.ramped() && query.staleAllowed() && key != null && copy.ramp.includes(key) && isFresh(key)) {
            try {
                return fromCopy(authority.other(), call);
            } catch (Throwable failure) {
                fellBack(authority.other(), failure);
            }
        }
        T answer;
        try {
            answer = transactions.read(authority, false, call);
        } catch (Exception failure) {
            // Only a stage that compares has a copy that is known to be whole: elsewhere its "not found" may be wrong.
            if (plan.compared() && key != null && copy.fallback.covers(failure) && isFresh(key)) {
                return insteadOfAuthority(authority, failure, call);
            }
            throw failure;
        }
        if (plan.compared() && query.compared()) {
            shadow.compareLater(query, authority.other(), answer, call);
        }
        return answer;
    }

    private boolean isFresh(RecordId key) {
        return copy.freshness.isFresh(key);
    }

    private <T extends @Nullable Object> T fromCopy(Side side, Transactions.Reading<T> call) throws Exception {
        return copy.calls.call(() -> transactions.read(side, true, call));
    }

    private <T extends @Nullable Object> T insteadOfAuthority(
            Side authority, Exception failure, Transactions.Reading<T> call) throws Exception {
        T answer;
        try {
            answer = fromCopy(authority.other(), call);
        } catch (Throwable copyFailure) {
            keepInterrupt(copyFailure);
            throw failure;
        }
        fellBack(authority, failure);
        return answer;
    }

    private void fellBack(Side failed, Throwable failure) {
        keepInterrupt(failure);
        listener.on(new FellBack(failed, Fault.of(failure)));
    }

    private static void keepInterrupt(Throwable failure) {
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
    }
}
