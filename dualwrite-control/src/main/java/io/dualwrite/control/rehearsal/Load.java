package io.dualwrite.control.rehearsal;

import io.dualwrite.event.Fault;
import io.dualwrite.fence.Pace;
import io.dualwrite.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Callers that read and write canaries at a given rate, and know what they have to find: each has keys of its own, writes one
 * and reads it back by turns. Calls are due at fixed moments, whatever became of those before. Owns daemon threads {@code
 * dualwrite-rehearsal-<n>} until it is closed; one load at a time.
 */
final class Load<R, K> implements AutoCloseable {
    private static final int MOST_FAULTS = 10;

    private final Canaries<R, K> canaries;
    private final Store<R, K> through;
    private final RehearsalPlan plan;
    private final Pace pace;
    private final ExecutorService threads;
    private final AtomicInteger revisions = new AtomicInteger();
    /** What a read of each canary may find: the last written, and what was in doubt since. */
    private final Map<K, Set<R>> known = new HashMap<>();

    Load(Canaries<R, K> canaries, Store<R, K> through, RehearsalPlan plan, Pace pace) {
        this.canaries = canaries;
        this.through = through;
        this.plan = plan;
        this.pace = pace;
        AtomicInteger number = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(plan.workers(), work -> {
            Thread thread = new Thread(work, "dualwrite-rehearsal-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        canaries.keys().forEach(key -> known.put(key, new HashSet<>()));
    }

    /** Whether the record is what may be there now; call it while nobody calls. */
    boolean isKnown(K key, @Nullable R found) {
        return found != null && known(key).contains(found);
    }

    private Set<R> known(K key) {
        return Objects.requireNonNull(known.get(key), "a canary's key");
    }

    /** Writes a new revision of a canary and throws what the write throws; call it while nobody else calls. */
    void write(K key) throws Exception {
        R record = canaries.record().apply(key, revisions.incrementAndGet());
        known(key).add(record);
        through.save(record);
        known(key).retainAll(Set.of(record));
    }

    /** Calls for as long as the plan says. */
    LoadResult run(String during) throws InterruptedException {
        return begin(during, () -> true).end();
    }

    /** Whether callers may stop. */
    @FunctionalInterface
    interface Until {
        boolean isReached();
    }

    /** Callers at work. */
    interface Running {
        LoadResult end() throws InterruptedException;
    }

    /** Begins to call, until the plan's time is over and {@code over} is reached. */
    Running begin(String during, Until over) {
        long begun = pace.nanos();
        List<Future<Part>> parts = new ArrayList<>();
        for (int worker = 0; worker < plan.workers(); worker++) {
            int own = worker;
            Callable<Part> work = () -> work(own, begun, over);
            parts.add(threads.submit(work));
        }
        return () -> {
            Part all = new Part();
            for (Future<Part> part : parts) {
                try {
                    all.add(part.get());
                } catch (ExecutionException broken) {
                    throw new IllegalStateException("A caller of the rehearsal broke", broken.getCause());
                }
            }
            return all.result(during);
        };
    }

    private Part work(int worker, long begun, Until over) throws InterruptedException {
        Part part = new Part();
        long every = 1_000_000_000L * plan.workers() / plan.perSecond();
        long least = plan.lasting().toNanos();
        List<K> own = new ArrayList<>();
        for (int at = worker; at < canaries.count(); at += plan.workers()) {
            own.add(canaries.key().apply(at));
        }
        long due = begun + every * worker / plan.workers();
        for (int call = 0; due - begun < least || !over.isReached(); call++) {
            pace.pause(Duration.ofNanos(due - pace.nanos()));
            K key = own.get(call / 2 % own.size());
            call(part, key, call % 2 == 0);
            part.took.add(pace.nanos() - due);
            due += every;
        }
        return part;
    }

    private void call(Part part, K key, boolean write) throws InterruptedException {
        part.calls++;
        try {
            if (write) {
                write(key);
            } else if (!isKnown(key, through.find(key))) {
                part.wrong++;
            }
        } catch (InterruptedException stopped) {
            throw stopped;
        } catch (Exception failed) {
            part.failed++;
            if (part.faults.size() < MOST_FAULTS) {
                part.faults.add(Fault.of(failed).kind());
            }
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    /** What one caller has counted. */
    private static final class Part {
        private final List<Long> took = new ArrayList<>();
        private final Set<String> faults = new TreeSet<>();
        private long calls;
        private long failed;
        private long wrong;

        void add(Part other) {
            took.addAll(other.took);
            faults.addAll(other.faults);
            calls += other.calls;
            failed += other.failed;
            wrong += other.wrong;
        }

        LoadResult result(String during) {
            List<Long> sorted = took.stream().sorted().toList();
            return new LoadResult(
                    during,
                    calls,
                    failed,
                    wrong,
                    quantile(sorted, 0.5),
                    quantile(sorted, 0.99),
                    faults.stream().limit(MOST_FAULTS).toList());
        }

        private static Duration quantile(List<Long> sorted, double share) {
            return sorted.isEmpty()
                    ? Duration.ZERO
                    : Duration.ofNanos(sorted.get((int) Math.ceil(share * sorted.size()) - 1));
        }
    }
}
