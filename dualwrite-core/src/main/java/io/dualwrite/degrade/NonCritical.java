package io.dualwrite.degrade;

import io.dualwrite.event.Fault;
import io.dualwrite.path.TimedCalls;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.retry.Retry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A part that the application can do without: recommendations, a rating, an address check. Its calls always end within a
 * deadline and always have an answer, whatever the part does: hang, fail, throw an {@link Error}, be interrupted. When the
 * true answer is not to be had, the first of these is given: what a source of substitutes says, the last true answer for the
 * same question, the value given to {@link #named}.
 *
 * <p>Calls run on at most so many daemon threads of its own behind a breaker; while the breaker is open, or all threads are
 * taken, the substitute comes at once. Thread-safe. Blocks its caller for the deadline at most, twice where a source of
 * substitutes hangs as well. Not for writes that must not be lost.
 */
public final class NonCritical<T extends @Nullable Object> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NonCritical.class);
    private static final Object NOTHING = new Object();

    private final String name;
    private final T otherwise;
    private final TimedCalls calls;
    private final CircuitBreaker breaker;
    private final @Nullable Retry retry;
    private final @Nullable Callable<? extends T> source;
    private final @Nullable LastGood<T> lastGood;
    private final List<Consumer<Degradation>> listeners;
    private final Clock clock;
    private Degradation state;

    private NonCritical(Builder<T> builder) {
        this.name = builder.name;
        this.otherwise = builder.otherwise;
        this.calls = new TimedCalls(name, "part", builder.deadline, builder.atOnce);
        this.breaker = builder.breaker == null ? CircuitBreaker.ofDefaults(name) : builder.breaker;
        this.retry = builder.retry;
        this.source = builder.source;
        this.lastGood = builder.lastGood;
        this.listeners = List.copyOf(builder.listeners);
        this.clock = builder.clock;
        this.state = new Degradation(name, null, null, 0, 0);
    }

    /** Begins the description of a part, with the answer that is given when there is no better one. */
    public static <T extends @Nullable Object> Builder<T> named(String name, T otherwise) {
        return new Builder<>(name, otherwise);
    }

    /** The answer, or a substitute. Throws nothing; an interrupted caller keeps its interrupt flag. */
    public T call(Callable<? extends T> work) {
        return call(NOTHING, work);
    }

    /**
     * As {@link #call(Callable)}, to a question that is told apart from others: a last true answer is given again only to
     * the same question. {@code asked} needs {@code equals} and {@code hashCode}, and must tell whose answer it is.
     */
    public T call(Object asked, Callable<? extends T> work) {
        T answer;
        try {
            answer = guarded(work);
        } catch (Throwable failure) {
            if (failure instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            substituted(Fault.of(failure));
            return substitute(asked);
        }
        if (lastGood != null) {
            lastGood.keep(asked, answer, clock.instant());
        }
        answered();
        return answer;
    }

    /** How the part is doing now. */
    public synchronized Degradation state() {
        return state;
    }

    /** Gives calls under way two seconds to end and interrupts the rest; later calls are answered by substitutes. */
    @Override
    public void close() {
        calls.close();
    }

    private T guarded(Callable<? extends T> work) throws Exception {
        breaker.acquirePermission();
        long begun = System.nanoTime();
        try {
            T answer = calls.<T>call(() -> retry == null ? work.call() : retry.executeCallable(work::call));
            breaker.onSuccess(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
            return answer;
        } catch (InterruptedException | TimedCalls.NoThreadException saysNothingAboutThePart) {
            breaker.releasePermission();
            throw saysNothingAboutThePart;
        } catch (Throwable failure) {
            breaker.onError(System.nanoTime() - begun, TimeUnit.NANOSECONDS, failure);
            throw failure;
        }
    }

    private T substitute(Object asked) {
        if (source != null) {
            try {
                return calls.<T>call(source::call);
            } catch (Throwable failure) {
                if (failure instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                LOG.debug("The source of substitutes for {} failed: {}", name, Fault.of(failure));
            }
        }
        LastGood.Answer<T> last = lastGood == null ? null : lastGood.find(asked, clock.instant());
        return last == null ? otherwise : last.value();
    }

    private void answered() {
        Degradation now;
        synchronized (this) {
            Degradation before = state;
            state = new Degradation(name, null, before.fault(), before.calls() + 1, before.substitutes());
            if (!before.isDegraded()) {
                return;
            }
            now = state;
        }
        LOG.info(
                "{} answers again; {} of {} calls were answered by substitutes so far",
                name,
                now.substitutes(),
                now.calls());
        tell(now);
    }

    private void substituted(Fault fault) {
        Degradation now;
        synchronized (this) {
            Degradation before = state;
            state = new Degradation(
                    name,
                    before.isDegraded() ? before.since() : clock.instant(),
                    fault,
                    before.calls() + 1,
                    before.substitutes() + 1);
            if (before.isDegraded()) {
                return;
            }
            now = state;
        }
        LOG.warn("{} is answered by substitutes from now on: {}", name, fault);
        tell(now);
    }

    private void tell(Degradation now) {
        for (Consumer<Degradation> listener : listeners) {
            try {
                listener.accept(now);
            } catch (Throwable failure) {
                LOG.warn("A listener of {} failed: {}", name, Fault.of(failure));
            }
        }
    }

    /** Collects what a part needs. Not thread-safe. */
    public static final class Builder<T extends @Nullable Object> {
        private final String name;
        private final T otherwise;
        private final List<Consumer<Degradation>> listeners = new ArrayList<>();
        private Duration deadline = Duration.ofSeconds(1);
        private int atOnce = 16;
        private @Nullable CircuitBreaker breaker;
        private @Nullable Retry retry;
        private @Nullable Callable<? extends T> source;
        private @Nullable LastGood<T> lastGood;
        private Clock clock = Clock.systemUTC();

        private Builder(String name, T otherwise) {
            if (name.isBlank()) {
                throw new IllegalArgumentException("A non-critical part needs a name");
            }
            this.name = name;
            this.otherwise = otherwise;
        }

        /** How long a caller waits for one answer, tries again included; default 1 s. */
        public Builder<T> deadline(Duration atMost) {
            if (atMost.isNegative() || atMost.isZero()) {
                throw new IllegalArgumentException("The deadline of " + name + " is positive, not " + atMost);
            }
            deadline = atMost;
            return this;
        }

        /** How many calls may be under way or hang at once; further ones get a substitute at once. Default 16. */
        public Builder<T> atOnce(int most) {
            if (most < 1) {
                throw new IllegalArgumentException("At least one call of " + name + " at once, not " + most);
            }
            atOnce = most;
            return this;
        }

        /** A breaker of your own; by default one with the defaults of Resilience4j. */
        public Builder<T> breaker(CircuitBreaker own) {
            breaker = Objects.requireNonNull(own, "breaker");
            return this;
        }

        /** Tries again as this says, within the deadline; by default nothing is tried twice. */
        public Builder<T> retry(Retry own) {
            retry = Objects.requireNonNull(own, "retry");
            return this;
        }

        /** Where substitutes come from first: a cache, a list of bestsellers. It has the same deadline and the same threads. */
        public Builder<T> substitutes(Callable<? extends T> from) {
            source = Objects.requireNonNull(from, "substitutes");
            return this;
        }

        /** Gives the last true answer to the same question again, if it is no older; remembers at most {@code questions}. */
        public Builder<T> lastGood(Duration noOlder, int questions) {
            if (noOlder.isNegative() || questions < 1) {
                throw new IllegalArgumentException(
                        "Last answers of " + name + " have an age of at least 0 and at least one" + " is kept, not "
                                + noOlder + " and " + questions);
            }
            lastGood = new LastGood<>(noOlder, questions);
            return this;
        }

        /** Is told when the part begins to be degraded and when it is so no longer, on callers' threads; must not block. */
        public Builder<T> onChange(Consumer<Degradation> listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /** The clock behind ages and {@link Degradation#since}; default the system's. */
        public Builder<T> clock(Clock own) {
            clock = Objects.requireNonNull(own, "clock");
            return this;
        }

        /** The part, ready for calls. */
        public NonCritical<T> build() {
            return new NonCritical<>(this);
        }
    }
}
