package io.dualwrite.control.health;

import io.dualwrite.control.health.Finding.State;
import io.dualwrite.event.Fault;
import io.dualwrite.fence.Pace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Looks at all checks at once, each within its time limit. A check that hangs is DOWN, and is not begun again before it has
 * ended, so that it never holds more than one thread. It is not interrupted: an interrupt in the middle of file access closes
 * the files of an embedded database. What was found is kept for a while: whoever asks often, such as a load balancer, asks the
 * stores no more often for it.
 *
 * <p>Thread-safe. Threads are daemons, one for each check at most, and end when idle, or with {@link #close()}.
 */
public final class HealthBoard implements AutoCloseable {
    private final List<Slot> slots = new ArrayList<>();
    private final long freshNanos;
    private final Pace pace;
    private final ThreadPoolExecutor threads;
    private List<Finding> found = List.of();
    private long foundAt;

    private static final class Slot {
        final HealthCheck check;

        @Nullable Future<HealthCheck.Answer> running;

        long begun;

        Slot(HealthCheck check) {
            this.check = check;
        }
    }

    /**
     * With findings kept for five seconds.
     *
     * @throws IllegalArgumentException when there is no check, or two have one name
     */
    public HealthBoard(List<HealthCheck> checks) {
        this(checks, Duration.ofSeconds(5), Pace.real());
    }

    /**
     * With findings kept for so long, measured by this pace.
     *
     * @throws IllegalArgumentException when there is no check, or two have one name
     */
    public HealthBoard(List<HealthCheck> checks, Duration fresh, Pace pace) {
        Set<String> names = new HashSet<>();
        for (HealthCheck check : checks) {
            if (!names.add(check.name())) {
                throw new IllegalArgumentException("Two health checks are called " + check.name());
            }
            slots.add(new Slot(check));
        }
        if (slots.isEmpty()) {
            throw new IllegalArgumentException("Without a health check nothing is known to be well");
        }
        this.freshNanos = fresh.toNanos();
        this.pace = pace;
        AtomicInteger number = new AtomicInteger();
        // A thread for each check, so that one that hangs is in nobody's way.
        this.threads = new ThreadPoolExecutor(
                slots.size(), slots.size(), 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(slots.size()), work -> {
                    Thread thread = new Thread(work, "dualwrite-health-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * What every check has found, at most as old as findings are kept. Blocks for the longest time limit at most.
     *
     * @throws IllegalStateException once it was closed, and what was found is too old
     */
    public synchronized List<Finding> findings() {
        if (found.isEmpty() || pace.nanos() - foundAt >= freshNanos) {
            if (threads.isShutdown()) {
                throw new IllegalStateException("This health board was closed");
            }
            slots.forEach(this::begin);
            List<Finding> all = new ArrayList<>();
            slots.forEach(slot -> all.add(end(slot)));
            found = List.copyOf(all);
            foundAt = pace.nanos();
        }
        return found;
    }

    /** DOWN when a critical check is, DEGRADED when any check is not UP. Blocks as {@link #findings}. */
    public State state() {
        State worst = State.UP;
        List<Finding> all = findings();
        for (int at = 0; at < all.size(); at++) {
            State one = all.get(at).state();
            State counted = one == State.DOWN && !slots.get(at).check.critical() ? State.DEGRADED : one;
            worst = counted.compareTo(worst) > 0 ? counted : worst;
        }
        return worst;
    }

    /** Begins nothing more; what is under way ends by itself. Idempotent. */
    @Override
    public void close() {
        threads.shutdown();
    }

    private void begin(Slot slot) {
        Future<HealthCheck.Answer> running = slot.running;
        if (running == null || running.isDone()) {
            // An answer that came after its limit is too old to count.
            slot.begun = System.nanoTime();
            slot.running = threads.submit(() -> slot.check.probe().look());
        }
    }

    private Finding end(Slot slot) {
        HealthCheck check = slot.check;
        Future<HealthCheck.Answer> running = slot.running;
        if (running == null) {
            return new Finding(check.name(), State.DOWN, "it was not looked at", Duration.ZERO);
        }
        Duration left = check.within().minusNanos(System.nanoTime() - slot.begun);
        try {
            HealthCheck.Answer answer = running.get(Math.max(1, left.toNanos()), TimeUnit.NANOSECONDS);
            slot.running = null;
            Duration took = Duration.ofNanos(System.nanoTime() - slot.begun);
            boolean slow = answer.state() == State.UP && took.compareTo(check.slowAfter()) > 0;
            return slow
                    ? new Finding(check.name(), State.DEGRADED, "slower than " + check.slowAfter(), took)
                    : new Finding(check.name(), answer.state(), answer.why(), took);
        } catch (TimeoutException late) {
            return new Finding(check.name(), State.DOWN, "no answer within " + check.within(), check.within());
        } catch (ExecutionException failed) {
            slot.running = null;
            Throwable why = failed.getCause() == null ? failed : failed.getCause();
            Duration took = Duration.ofNanos(System.nanoTime() - slot.begun);
            return new Finding(check.name(), State.DOWN, Fault.of(why).kind(), took);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return new Finding(check.name(), State.DOWN, "whoever asked was interrupted", Duration.ZERO);
        }
    }
}
