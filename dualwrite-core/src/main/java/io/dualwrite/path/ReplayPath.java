package io.dualwrite.path;

import io.dualwrite.event.CallContext;
import io.dualwrite.event.Contexts;
import io.dualwrite.event.Fault;
import io.dualwrite.event.MigrationEvent.TransferFailed;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.CallFence;
import io.dualwrite.fence.CallFence.Here;
import io.dualwrite.fence.CallFence.Standing;
import io.dualwrite.fence.CallTransactions;
import io.dualwrite.fence.Transactions;
import io.dualwrite.journal.OpenCalls;
import io.dualwrite.journal.OtherKeyException;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How one write goes through where calls are replayed: the call itself, on the authority; then, where the stage says so and
 * only after it succeeded, the same call on the copy, at once or by the relay. One call of a record at a time, so that the
 * copy gets them in the authority's order. Nothing that the copy does reaches the caller. Thread-safe.
 */
public final class ReplayPath extends WritePath {
    private static final Comparator<RecordId> ORDER =
            Comparator.comparing(RecordId::type).thenComparing(RecordId::key);

    private final CallTransactions transactions;
    private final CallFence fence;
    private final Plan plan;
    private final OpenCalls open;
    private final MigrationListener listener;
    private final AtomicLong unnamed = new AtomicLong();

    /**
     * What replaying needs.
     *
     * @param open keeps the calls that the copy has not taken
     * @param inline makes the calls to the copy on the caller's thread, or null where the relay makes all
     * @param doubtful whether a failure of the authority leaves open if the call was made
     * @param noted told of records that the copy lacks, where nobody waits for it to follow
     * @param contexts the context of the caller, which is around the call to the copy
     */
    public record Plan(
            OpenCalls open,
            @Nullable InlineCalls inline,
            Predicate<Throwable> doubtful,
            Consumer<Collection<RecordId>> noted,
            Contexts contexts) {}

    public ReplayPath(CallTransactions transactions, CallFence fence, Plan plan, MigrationListener listener) {
        super(transactions);
        this.transactions = transactions;
        this.fence = fence;
        this.plan = plan;
        this.open = plan.open();
        this.listener = listener;
    }

    /** Makes a call that changes exactly this record. What it throws on the authority reaches the caller unchanged. */
    public <T extends @Nullable Object> T write(String operation, RecordId record, Transactions.Reading<T> call)
            throws Exception {
        Here here = fence.here();
        Side within = here.side();
        if (within != null) {
            return call.on(within);
        }
        T result;
        Standing now = transactions.enter(record);
        try {
            List<RecordId> records = List.of(record);
            result = onAuthority(here, now, operation, records, call);
            if (!now.write().journalled() || follows(here, now, operation, records, call)) {
                return result;
            }
        } finally {
            transactions.leave(record);
        }
        transactions.hook().committed(List.of(record));
        return result;
    }

    @Override
    public <T extends @Nullable Object> T write(Keys keys, Transactions.Reading<T> call) throws Exception {
        Here here = fence.here();
        Side within = here.side();
        if (within != null) {
            return call.on(within);
        }
        List<RecordId> before = inOrder(keys.before());
        List<RecordId> turns =
                before.isEmpty() ? List.of(new RecordId("", "call " + unnamed.incrementAndGet())) : before;
        Collection<RecordId> behind;
        T result;
        Standing now = transactions.enter(turns);
        try {
            result = onAuthority(here, now, keys.operation(), before, call);
            Named after = named(now, keys, result, before);
            behind = now.write().journalled() ? behind(here, now, keys, before, after, call) : List.of();
            if (after.unnamed() > 0) {
                throw new IllegalStateException(after.unnamed() + " records have no key after " + keys.operation()
                        + ", so that the order of their calls is not known on the copy; return the record or its key");
            }
        } finally {
            turns.forEach(transactions::leave);
        }
        if (!behind.isEmpty()) {
            transactions.hook().committed(behind);
        }
        return result;
    }

    /** Everybody takes turns in the same order, so that nobody waits in a circle. */
    private static List<RecordId> inOrder(Collection<RecordId> records) {
        if (records.size() == 1) {
            return List.of(records.iterator().next());
        }
        List<RecordId> once = new ArrayList<>(new LinkedHashSet<>(records));
        once.sort(ORDER);
        return once;
    }

    /** The records that the copy lacks now; none when it has followed already. */
    private Collection<RecordId> behind(
            Here here, Standing now, Keys keys, List<RecordId> before, Named after, Transactions.Reading<?> call) {
        Set<RecordId> all = new LinkedHashSet<>(before);
        all.addAll(after.records());
        Collection<RecordId> records = all.size() == before.size() ? before : all;
        if (records.isEmpty()) {
            return List.of();
        }
        if (!before.isEmpty()) {
            return follows(here, now, keys.operation(), records, call) ? List.of() : records;
        }
        // The authority's store has made the key; the copy's has to come to the same one.
        Transactions.Reading<?> checked = side -> {
            Object result = call.on(side);
            if (!Set.copyOf(keys.after(result).records()).equals(all)) {
                throw new OtherKeyException();
            }
            return result;
        };
        return follows(here, now, keys.operation(), records, checked) ? List.of() : records;
    }

    private <T extends @Nullable Object> T onAuthority(
            Here here, Standing now, String operation, List<RecordId> records, Transactions.Reading<T> call)
            throws Exception {
        try {
            return here.on(now.side(), call);
        } catch (Throwable failure) {
            if (now.write().journalled() && isDoubtful(failure)) {
                missed(
                        now,
                        operation,
                        records,
                        "the authority failed with " + Fault.of(failure) + " and may have done it");
            }
            throw failure;
        }
    }

    private boolean isDoubtful(Throwable failure) {
        try {
            return plan.doubtful().test(failure);
        } catch (Throwable unjudged) {
            return true;
        }
    }

    private Named named(Standing now, Keys keys, @Nullable Object result, List<RecordId> before) {
        try {
            return keys.after(result);
        } catch (Throwable unnameable) {
            if (now.write().journalled()) {
                missed(now, keys.operation(), before, "the records that it changed could not be named");
            }
            throw unnameable;
        }
    }

    private void missed(Standing now, String operation, List<RecordId> records, String reason) {
        if (!records.isEmpty()) {
            open.drop(now.side(), records, operation, reason);
            plan.noted().accept(records);
        }
    }

    /** Makes the call on the copy, or keeps it for the relay; false when the copy has not followed yet. */
    private boolean follows(
            Here here, Standing now, String operation, Collection<RecordId> records, Transactions.Reading<?> call) {
        InlineCalls inline = plan.inline();
        if (inline != null && now.write().followed() && (open.isEmpty() || !open.isOpen(records))) {
            Throwable failure = failure(inline, here, now.side().other(), call);
            if (failure == null) {
                return true;
            }
            listener.on(new TransferFailed(now.side(), records.size(), Fault.of(failure)));
            if (failure instanceof OtherKeyException) {
                open.drop(now.side(), records, operation, failure.toString());
                return false;
            }
        }
        CallContext.Captured context = plan.contexts().capture();
        open.add(
                now.side(),
                records,
                operation,
                side -> plan.contexts().<@Nullable Object>call(context, () -> call.on(side)));
        return false;
    }

    private @Nullable Throwable failure(InlineCalls inline, Here here, Side copy, Transactions.Reading<?> call) {
        boolean interrupted = Thread.currentThread().isInterrupted();
        try {
            inline.call(here, copy, call);
            return null;
        } catch (Throwable failure) {
            interrupted |= failure instanceof InterruptedException;
            return failure;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
