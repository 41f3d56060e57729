package io.dualwrite.degrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NonCriticalTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final CountDownLatch forever = new CountDownLatch(1);
    private final List<NonCritical<?>> parts = new ArrayList<>();
    private final Time time = new Time();

    private static final class Time extends Clock {
        private Instant now = NOON;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private <T> NonCritical<T> made(NonCritical.Builder<T> builder) {
        NonCritical<T> part = builder.clock(time).build();
        parts.add(part);
        return part;
    }

    private NonCritical.Builder<String> ratings() {
        return NonCritical.named("ratings", "none").deadline(Duration.ofSeconds(2));
    }

    @AfterEach
    void close() {
        forever.countDown();
        parts.forEach(NonCritical::close);
        Thread.interrupted();
    }

    static List<Callable<String>> troubles() {
        return List.of(
                () -> {
                    throw new IOException("down");
                },
                () -> {
                    throw new StackOverflowError();
                },
                () -> {
                    throw new InterruptedException();
                },
                () -> {
                    new CountDownLatch(1).await();
                    return "never";
                });
    }

    @ParameterizedTest
    @MethodSource("troubles")
    void whateverThePartDoesItsCallerHasAnAnswer(Callable<String> trouble) {
        NonCritical<String> part = made(ratings());
        assertThat(part.call(trouble)).isEqualTo("none");
        assertThat(part.state().isDegraded()).isTrue();
        assertThat(part.call(() -> "five")).isEqualTo("five");
        assertThat(part.state().isDegraded()).isFalse();
    }

    @Test
    void theTrueAnswerIsGivenNullIncluded() {
        assertThat(made(ratings()).call(() -> "five")).isEqualTo("five");
        assertThat(made(ratings()).call(() -> null)).isNull();
    }

    @Test
    void anInterruptedCallerKeepsItsFlagAndHasASubstitute() {
        NonCritical<String> part = made(ratings());
        Thread.currentThread().interrupt();
        assertThat(part.call(() -> {
                    forever.await();
                    return "five";
                }))
                .isEqualTo("none");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void substitutesComeFromTheirSourceThenFromTheLastTrueAnswerThenFromTheDeclaration() {
        AtomicInteger asked = new AtomicInteger();
        NonCritical<String> part =
                made(ratings().lastGood(Duration.ofMinutes(5), 10).substitutes(() -> {
                    if (asked.incrementAndGet() > 1) {
                        throw new IOException("down too");
                    }
                    return "cached";
                }));
        assertThat(part.call("pen", () -> "five")).isEqualTo("five");
        assertThat(part.call("pen", troubles().get(0))).isEqualTo("cached");
        assertThat(part.call("pen", troubles().get(0))).isEqualTo("five");
        assertThat(part.call("ink", troubles().get(0))).isEqualTo("none");
        time.now = NOON.plus(Duration.ofMinutes(5));
        assertThat(part.call("pen", troubles().get(0))).isEqualTo("five");
        time.now = NOON.plus(Duration.ofMinutes(5)).plusNanos(1);
        assertThat(part.call("pen", troubles().get(0))).isEqualTo("none");
    }

    @Test
    void aBoundedNumberOfLastAnswersIsKeptAndAnAnswerMayBeNull() {
        NonCritical<String> part = made(ratings().lastGood(Duration.ofMinutes(5), 2));
        for (String asked : List.of("a", "b", "c")) {
            part.call(asked, () -> null);
        }
        assertThat(part.call("a", troubles().get(0))).isEqualTo("none");
        assertThat(part.call("b", troubles().get(0))).isNull();
        assertThat(part.call("c", troubles().get(0))).isNull();
    }

    @Test
    void withAllThreadsTakenTheSubstituteComesAtOnceAndTheBreakerIsNotBlamed() throws Exception {
        CircuitBreaker breaker = CircuitBreaker.ofDefaults("ratings");
        NonCritical<String> part =
                made(ratings().atOnce(1).deadline(Duration.ofSeconds(30)).breaker(breaker));
        CountDownLatch running = new CountDownLatch(1);
        Thread first = new Thread(() -> part.call(() -> {
            running.countDown();
            forever.await();
            return "late";
        }));
        first.start();
        running.await();
        assertThat(part.call(() -> "five")).isEqualTo("none");
        assertThat(part.state().fault()).hasToString("NoThreadException");
        assertThat(breaker.getMetrics().getNumberOfBufferedCalls()).isZero();
        forever.countDown();
        first.join();
        assertThat(part.state().isDegraded()).isFalse();
    }

    @Test
    void anOpenBreakerKeepsCallsAway() {
        CircuitBreaker breaker = CircuitBreaker.of(
                "ratings",
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(2)
                        .minimumNumberOfCalls(2)
                        .build());
        NonCritical<String> part = made(ratings().breaker(breaker));
        AtomicInteger made = new AtomicInteger();
        for (int call = 0; call < 5; call++) {
            part.call(() -> {
                made.incrementAndGet();
                throw new IOException("down");
            });
        }
        assertThat(made).hasValue(2);
        assertThat(part.state().substitutes()).isEqualTo(5);
    }

    @Test
    void nothingIsTriedTwiceUnlessARetryWasGiven() {
        AtomicInteger attempts = new AtomicInteger();
        Callable<String> flaky = () -> {
            if (attempts.incrementAndGet() % 2 == 1) {
                throw new IOException("once");
            }
            return "five";
        };
        assertThat(made(ratings()).call(flaky)).isEqualTo("none");
        assertThat(attempts).hasValue(1);
        Retry twice = Retry.of(
                "ratings",
                RetryConfig.custom()
                        .maxAttempts(2)
                        .waitDuration(Duration.ofMillis(1))
                        .build());
        attempts.set(0);
        assertThat(made(ratings().retry(twice).deadline(Duration.ofSeconds(30))).call(flaky))
                .isEqualTo("five");
        assertThat(attempts).hasValue(2);
    }

    @Test
    void stateTellsSinceWhenWhyAndHowOftenAndListenersHearOfEachChange() {
        List<Degradation> heard = new ArrayList<>();
        NonCritical<String> part = made(ratings()
                .onChange(change -> {
                    throw new IllegalStateException("a listener of no use");
                })
                .onChange(heard::add));
        part.call(() -> "five");
        part.call(troubles().get(0));
        time.now = NOON.plusSeconds(9);
        part.call(troubles().get(0));
        assertThat(part.state().since()).isEqualTo(NOON);
        assertThat(part.state().fault()).hasToString("IOException");
        assertThat(part.state().calls()).isEqualTo(3);
        assertThat(part.state().substitutes()).isEqualTo(2);
        part.call(() -> "four");
        assertThat(heard).extracting(Degradation::isDegraded).containsExactly(true, false);
    }

    @Test
    void afterCloseCallsAreAnsweredBySubstitutes() {
        NonCritical<String> part = made(ratings());
        part.close();
        assertThat(part.call(() -> "five")).isEqualTo("none");
    }

    @Test
    void settingsOutOfRangeAreRefusedWithTheirValue() {
        assertThatThrownBy(() -> NonCritical.named(" ", "none")).hasMessageContaining("name");
        assertThatThrownBy(() -> ratings().deadline(Duration.ZERO)).hasMessageContaining("PT0S");
        assertThatThrownBy(() -> ratings().atOnce(0)).hasMessageContaining("0");
        assertThatThrownBy(() -> ratings().lastGood(Duration.ofSeconds(-1), 1)).hasMessageContaining("PT-1S");
    }
}
