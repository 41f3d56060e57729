package io.dualwrite.path;

import io.dualwrite.compare.Equivalence;
import io.dualwrite.compare.Findings;
import io.dualwrite.event.CallContext;
import io.dualwrite.event.Contexts;
import io.dualwrite.event.Fault;
import io.dualwrite.event.MigrationEvent.ShadowCompared;
import io.dualwrite.event.MigrationEvent.ShadowFailed;
import io.dualwrite.event.MigrationEvent.ShadowShed;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Transactions;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Repeats a sample of the reads on the copy and compares the answers: off the caller's thread, after the caller's answer is
 * known, on few daemon threads behind a bounded queue; what does not fit is shed. Nothing that sampler, copy or comparison
 * do reaches the caller. An answer that the caller changes meanwhile may look different; a difference is a candidate only.
 * Thread-safe; never blocks but in {@link #close()}.
 */
public final class ShadowReader implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Comparison comparison;
    private final BooleanSupplier sampler;
    private final Consumer<RecordId> suspects;
    private final Contexts contexts;
    private final MigrationListener listener;
    private final ThreadPoolExecutor threads;

    /**
     * The bounds and the work of shadow reads.
     *
     * @param migration whose; in the threads' names
     * @param threads how many comparisons at once; default 2
     * @param waiting how many more wait for a thread; default 100
     * @param sampler whether to compare the next read; asked on callers' threads
     * @param equivalence how two answers are compared
     * @param suspects receives the record of a by-key read whose answers differ, on a shadow thread
     * @param findings receives what was found, field by field
     * @param contexts the context of the caller, which is around the comparison
     */
    public record Plan(
            String migration,
            int threads,
            int waiting,
            BooleanSupplier sampler,
            Equivalence<Object> equivalence,
            Consumer<RecordId> suspects,
            Findings findings,
            Contexts contexts) {}

    public ShadowReader(Transactions transactions, Plan plan, MigrationListener listener) {
        this.comparison = new Comparison(transactions, plan.equivalence(), plan.findings());
        this.sampler = plan.sampler();
        this.suspects = plan.suspects();
        this.contexts = plan.contexts();
        this.listener = listener;
        this.threads = new ThreadPoolExecutor(
                plan.threads(),
                plan.threads(),
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(plan.waiting()),
                DaemonThreads.named(plan.migration(), "shadow"),
                // Not thrown: to make an exception costs its caller more than all the rest.
                (shed, full) -> listener.on(new ShadowShed()));
        this.threads.allowCoreThreadTimeOut(true);
    }

    /** Compares {@code answer} with what {@code call} answers on {@code copy}, soon or not at all. */
    void compareLater(ReadPath.Query query, Side copy, @Nullable Object answer, Transactions.Reading<?> call) {
        boolean interrupted = Thread.currentThread().isInterrupted();
        try {
            if (sampler.getAsBoolean()) {
                CallContext.Captured context = contexts.capture();
                threads.execute(() -> contexts.run(context, () -> compare(query, copy, answer, call)));
            }
        } catch (Throwable failure) {
            interrupted |= failure instanceof InterruptedException;
            listener.on(new ShadowFailed(Fault.of(failure)));
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void compare(ReadPath.Query query, Side copy, @Nullable Object answer, Transactions.Reading<?> call) {
        try {
            List<String> fields = comparison.differing(query.operation(), copy, answer, call);
            listener.on(new ShadowCompared(query.operation(), fields.isEmpty(), fields));
            if (!fields.isEmpty() && query.key() != null) {
                suspects.accept(query.key());
            }
        } catch (Throwable failure) {
            listener.on(new ShadowFailed(Fault.of(failure)));
        }
    }

    /** Forgets what waits and lets what runs end, within two seconds; interrupts what does not. */
    @Override
    public void close() {
        DaemonThreads.stop(threads, GRACE);
    }
}
