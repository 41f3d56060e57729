package io.dualwrite.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.BreakerMoved;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.core.EventProcessor;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallPolicyTest {
    private final List<MigrationEvent> events = new CopyOnWriteArrayList<>();
    private final CircuitBreaker breaker = CallPolicy.breaker("calls");
    private final BreakerWatch watch = new BreakerWatch(breaker, events::add);
    private final CountDownLatch forever = new CountDownLatch(1);
    private final CallPolicy policy = policy(2, Duration.ofSeconds(30));
    private final CallPolicy hasty = policy(2, Duration.ofMillis(30));

    private CallPolicy policy(int attempts, Duration deadline) {
        return new CallPolicy(
                "calls", "copy", breaker, new CallPolicy.Limits(deadline, 2, attempts, Duration.ofMillis(1)));
    }

    @AfterEach
    void close() {
        forever.countDown();
        policy.close();
        hasty.close();
        Thread.interrupted();
    }

    @Test
    void theAnswerComesFromADaemonThreadOfThePool() throws Exception {
        Thread thread = policy.call(Thread::currentThread);
        assertThat(thread.getName()).isEqualTo("dualwrite-calls-copy-1");
        assertThat(thread.isDaemon()).isTrue();
        assertThat(policy.<Object>call(() -> null)).isNull();
    }

    @Test
    void anInterruptInsideTheWorkIsAFailureOfTheWorkAndNoneOfTheCaller() {
        assertThatThrownBy(() -> policy.call(() -> {
                    throw new InterruptedException();
                }))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(breaker.getMetrics().getNumberOfFailedCalls()).isPositive();
    }

    @Test
    void aFailureIsTriedAgain() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        assertThat(policy.call(() -> {
                    if (attempts.incrementAndGet() == 1) {
                        throw new IOException("once");
                    }
                    return "answer";
                }))
                .isEqualTo("answer");
    }

    @Test
    void aCallThatHangsIsInterruptedAndNotTriedAgain() {
        CountDownLatch interrupted = new CountDownLatch(1);
        AtomicInteger attempts = new AtomicInteger();
        assertThatThrownBy(() -> hasty.call(() -> {
                    attempts.incrementAndGet();
                    try {
                        return forever.await(1, TimeUnit.HOURS);
                    } catch (InterruptedException stop) {
                        interrupted.countDown();
                        throw stop;
                    }
                }))
                .isInstanceOf(TimeoutException.class);
        await().until(() -> interrupted.getCount() == 0);
        assertThat(attempts).hasValue(1);
    }

    @Test
    void whenEveryThreadHangsFurtherCallsFailAtOnceAndSayNothingAboutTheCopy() {
        for (int call = 0; call < 2; call++) {
            assertThatThrownBy(() -> hasty.call(this::hangWhateverHappens)).isInstanceOf(TimeoutException.class);
        }
        int failures = breaker.getMetrics().getNumberOfFailedCalls();
        assertThatThrownBy(() -> hasty.call(() -> "never run")).isInstanceOf(TimedCalls.NoThreadException.class);
        assertThat(breaker.getMetrics().getNumberOfFailedCalls()).isEqualTo(failures);
    }

    @Test
    void anOpenBreakerFailsAtOnceAndRunsNothing() {
        for (int call = 0; call < 10; call++) {
            assertThatThrownBy(() -> policy.call(() -> {
                        throw new IOException("down");
                    }))
                    .isInstanceOfAny(IOException.class, CallNotPermittedException.class);
        }
        AtomicInteger runs = new AtomicInteger();
        assertThatThrownBy(() -> policy.call(runs::incrementAndGet)).isInstanceOf(CallNotPermittedException.class);
        assertThat(runs).hasValue(0);
        assertThat(events).isEmpty();
        watch.look();
        watch.look();
        assertThat(events).containsExactly(new BreakerMoved("OPEN"));
    }

    @Test
    void nobodyListensToTheBreakerSoThatCallsCostNoEvents() throws Exception {
        policy.call(() -> "answer");
        assertThat(((EventProcessor<?>) breaker.getEventPublisher()).hasConsumers())
                .isFalse();
    }

    @Test
    void anErrorOfTheCopyIsThrownAsItIsAndCountsAgainstIt() {
        assertThatThrownBy(() -> policy.call(() -> {
                    throw new StackOverflowError("copy");
                }))
                .isExactlyInstanceOf(StackOverflowError.class);
        assertThat(breaker.getMetrics().getNumberOfFailedCalls()).isEqualTo(1);
    }

    @Test
    void anInterruptedCallerStopsWaitingAndSaysNothingAboutTheCopy() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> policy.call(() -> {
                    forever.await();
                    return null;
                }))
                .isInstanceOf(InterruptedException.class);
        assertThat(breaker.getMetrics().getNumberOfBufferedCalls()).isZero();
    }

    @Test
    void noThreadSurvivesClosing() throws Exception {
        Thread thread = policy.call(Thread::currentThread);
        policy.close();
        await().until(() -> !thread.isAlive());
        assertThatThrownBy(() -> policy.call(() -> 1)).isInstanceOf(TimeoutException.class);
    }

    /** Takes no notice of interrupts, like a driver in a native read. */
    private Object hangWhateverHappens() {
        while (forever.getCount() > 0) {
            try {
                forever.await();
            } catch (InterruptedException ignored) {
                Thread.onSpinWait();
            }
        }
        return "late";
    }
}
