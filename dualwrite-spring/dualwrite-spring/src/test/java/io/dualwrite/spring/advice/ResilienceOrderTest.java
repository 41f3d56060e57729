package io.dualwrite.spring.advice;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.fence.StageMovedException;
import io.dualwrite.spring.DualWrite;
import io.dualwrite.spring.advice.AnnotatedShop.Databases;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
import io.github.resilience4j.retry.RetryRegistry;
import io.github.resilience4j.retry.annotation.Retry;
import io.github.resilience4j.spring6.circuitbreaker.configure.CircuitBreakerConfiguration;
import io.github.resilience4j.spring6.circuitbreaker.configure.CircuitBreakerConfigurationProperties;
import io.github.resilience4j.spring6.fallback.configure.FallbackConfiguration;
import io.github.resilience4j.spring6.retry.configure.RetryConfiguration;
import io.github.resilience4j.spring6.retry.configure.RetryConfigurationProperties;
import io.github.resilience4j.spring6.spelresolver.configure.SpelResolverConfiguration;
import java.sql.SQLTransactionRollbackException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.Advised;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.EnableAspectJAutoProxy;
import org.springframework.context.annotation.Import;
import org.springframework.dao.CannotSerializeTransactionException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;

/** Breakers and retries of Resilience4j are around the advice, and never see that the authority has moved. */
class ResilienceOrderTest {
    public static class Service {
        private final JdbcTemplate jdbc;
        private static final AtomicInteger calls = new AtomicInteger();

        public Service(DataSource dataSource) {
            this.jdbc = new JdbcTemplate(dataSource);
        }

        @DualWrite
        @Retry(name = "orders")
        @CircuitBreaker(name = "orders", fallbackMethod = "elsewhere")
        @Transactional
        public String place(long id) {
            jdbc.update("insert into orders (id, customer) values (?, 'Ada')", id);
            if (calls.incrementAndGet() < 3) {
                throw new CannotSerializeTransactionException(
                        "moved",
                        new SQLTransactionRollbackException("moved", "40001", new StageMovedException("moved")));
            }
            return "placed";
        }

        public String elsewhere(long id, Exception failure) {
            return "not placed: " + failure;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAspectJAutoProxy(proxyTargetClass = true)
    @Import({
        CircuitBreakerConfiguration.class,
        RetryConfiguration.class,
        FallbackConfiguration.class,
        SpelResolverConfiguration.class
    })
    static class Resilience {
        @Bean
        CircuitBreakerConfigurationProperties circuitBreakerProperties() {
            return new CircuitBreakerConfigurationProperties();
        }

        @Bean
        RetryConfigurationProperties retryProperties() {
            return new RetryConfigurationProperties();
        }

        @Bean
        Service resilientService(DataSource dataSource) {
            return new Service(dataSource);
        }
    }

    @Test
    void theyAreAroundItAndSeeNoFailure() {
        try (AnnotationConfigApplicationContext context =
                new AnnotationConfigApplicationContext(AnnotatedShop.class, Resilience.class)) {
            Service service = context.getBean(Service.class);

            assertThat(service.place(1)).isEqualTo("placed");

            assertThat(Service.calls).hasValue(3);
            assertThat(context.getBean(CircuitBreakerRegistry.class)
                            .circuitBreaker("orders")
                            .getMetrics())
                    .satisfies(metrics -> {
                        assertThat(metrics.getNumberOfSuccessfulCalls()).isEqualTo(1);
                        assertThat(metrics.getNumberOfFailedCalls()).isZero();
                    });
            assertThat(context.getBean(RetryRegistry.class).retry("orders").getMetrics())
                    .satisfies(metrics -> assertThat(metrics.getNumberOfSuccessfulCallsWithoutRetryAttempt())
                            .isEqualTo(1));
            assertThat(new JdbcTemplate(context.getBean(Databases.class).origin)
                            .queryForObject("select count(*) from orders", Long.class))
                    .isEqualTo(1);
            List<String> advice = Arrays.stream(((Advised) service).getAdvisors())
                    .map(advisor -> advisor.getAdvice().toString())
                    .toList();
            assertThat(advice.toString()).contains("RetryAspect", "CircuitBreakerAspect", "ParticipationAdvice");
        }
    }
}
