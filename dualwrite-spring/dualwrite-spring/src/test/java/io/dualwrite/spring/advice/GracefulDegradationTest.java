package io.dualwrite.spring.advice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dualwrite.degrade.Degradation;
import io.dualwrite.spring.DegradationSettings;
import io.dualwrite.spring.DualWrite;
import io.dualwrite.spring.GracefulDegradation;
import io.dualwrite.spring.MigrationSetupException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Beans that the application can do without. */
class GracefulDegradationTest {
    private final GenericApplicationContext context = new GenericApplicationContext();
    private Map<String, DegradationSettings> settings = Map.of();

    /** What is asked, and what answers when nobody does. */
    public static class Recommendations {
        private final CountDownLatch hangs = new CountDownLatch(1);
        private boolean broken;

        @GracefulDegradation(deadline = "50ms")
        public List<String> hanging() throws InterruptedException {
            hangs.await();
            return List.of("never");
        }

        @GracefulDegradation(deadline = "120s", fallbackMethod = "bestsellers")
        public List<String> of(String customer) throws IOException {
            if (broken) {
                throw new IOException("broken");
            }
            return List.of("for " + customer);
        }

        private List<String> bestsellers(String customer) {
            if (customer.equals("nobody")) {
                throw new IllegalStateException("this one, too");
            }
            return List.of("bestseller");
        }

        @GracefulDegradation(deadline = "PT2M", lastGood = "PT1H")
        public Optional<String> rating(String product) {
            if (broken) {
                throw new AssertionError("broken");
            }
            return Optional.of("five stars for " + product);
        }

        public void broken() {
            broken = true;
        }

        public String untouched() {
            throw new IllegalArgumentException("reaches the caller");
        }
    }

    @GracefulDegradation
    interface Everything {
        int number();

        boolean flag();

        String text();

        Optional<String> maybe();

        Map<String, String> map();

        String[] array();

        void nothing();

        boolean isInTransaction();
    }

    /** Fails in each of its methods. */
    record Broken() implements Everything {
        @Override
        public int number() {
            throw new IllegalStateException();
        }

        @Override
        public boolean flag() {
            throw new IllegalStateException();
        }

        @Override
        public String text() {
            throw new IllegalStateException();
        }

        @Override
        public Optional<String> maybe() {
            throw new IllegalStateException();
        }

        @Override
        public Map<String, String> map() {
            throw new IllegalStateException();
        }

        @Override
        public String[] array() {
            throw new IllegalStateException();
        }

        @Override
        public void nothing() {
            throw new IllegalStateException();
        }

        @Override
        public boolean isInTransaction() {
            return TransactionSynchronizationManager.isActualTransactionActive();
        }
    }

    @AfterEach
    void close() {
        context.close();
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.contains("recommendations") || name.contains("broken")));
    }

    @Test
    void aCallThatFailsOrHangsIsAnsweredByItsFallback() throws Exception {
        Recommendations part = bean("recommendations", Recommendations.class, Recommendations::new);

        assertThat(part.of("ada")).containsExactly("for ada");
        assertThat(part.hanging()).isEmpty();
        part.broken();
        assertThat(part.of("ada")).containsExactly("bestseller");
        assertThat(part.of("nobody")).isEmpty();
        assertThat(states()).anySatisfy(state -> {
            assertThat(state.part()).isEqualTo("recommendations.of");
            assertThat(state.isDegraded()).isTrue();
            assertThat(state.substitutes()).isEqualTo(2);
        });
    }

    @Test
    void theLastTrueAnswerToTheSameQuestionIsGivenAgain() {
        Recommendations part = bean("recommendations", Recommendations.class, Recommendations::new);
        assertThat(part.rating("book")).contains("five stars for book");

        part.broken();

        assertThat(part.rating("book")).contains("five stars for book");
        assertThat(part.rating("other")).isEmpty();
    }

    @Test
    void methodsWithoutTheAnnotationAreLeftAlone() {
        Recommendations part = bean("recommendations", Recommendations.class, Recommendations::new);

        assertThatThrownBy(part::untouched).hasMessage("reaches the caller");
    }

    @Test
    void aWholeBeanAnswersWithNothing() {
        Everything part = bean("broken", Everything.class, Broken::new);

        assertThat(part.number()).isZero();
        assertThat(part.flag()).isFalse();
        assertThat(part.text()).isNull();
        assertThat(part.maybe()).isEmpty();
        assertThat(part.map()).isEmpty();
        assertThat(part.array()).isEmpty();
        part.nothing();
    }

    @Test
    void settingsComeBeforeTheAnnotationAndMayNameAnyBean() {
        settings = Map.of(
                "broken", new DegradationSettings(false, null, null, null),
                "other", new DegradationSettings(true, Duration.ofMillis(50), 1, Duration.ofHours(1)));

        Everything off = bean("broken", Everything.class, Broken::new);
        assertThatThrownBy(off::number).isInstanceOf(IllegalStateException.class);
        // The second bean of a context that is running already.
        context.registerBeanDefinition("other", new RootBeanDefinition(Supplier.class, () -> () -> {
            throw new IllegalStateException();
        }));
        assertThat(context.getBean("other", Supplier.class).get()).isNull();
    }

    @Test
    void aWriteThatMustNotBeLostIsRefused() {
        assertThatThrownBy(() -> bean("both", Both.class, Both::new))
                .hasRootCauseInstanceOf(MigrationSetupException.class)
                .hasStackTraceContaining("may be lost");
    }

    @Test
    void aFallbackThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> bean("none", WithoutFallback.class, WithoutFallback::new))
                .hasRootCauseInstanceOf(MigrationSetupException.class)
                .hasStackTraceContaining("'missing'");
        assertThatThrownBy(() -> bean("long", WithOddDeadline.class, WithOddDeadline::new))
                .hasStackTraceContaining("'soon'");
    }

    @DualWrite
    static class Both {
        @GracefulDegradation
        public void save() {}
    }

    static class WithoutFallback {
        @GracefulDegradation(fallbackMethod = "missing")
        public int number() {
            return 1;
        }
    }

    static class WithOddDeadline {
        @GracefulDegradation(deadline = "soon")
        public int number() {
            return 1;
        }
    }

    private List<Degradation> states() {
        return context.getBean(DegradationPostProcessor.class).states();
    }

    private <T> T bean(String name, Class<T> type, Supplier<T> made) {
        if (!context.isActive()) {
            context.registerBean(
                    DegradationPostProcessor.class,
                    () -> new DegradationPostProcessor(
                            context.getBeanFactory(), asked -> Optional.ofNullable(settings.get(asked))));
            context.refresh();
        }
        context.registerBean(name, type, made);
        return context.getBean(name, type);
    }
}
