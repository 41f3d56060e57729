package io.dualwrite.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.JdbcMigration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

class MigrationLifecycleTest {
    @Test
    void migrationsRunAsLongAsTheirContext() {
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(Application.class)) {
            assertThat(context.getBean(MigrationLifecycle.class).isRunning()).isTrue();
            assertThat(threads()).isNotEmpty();
        }

        assertThat(threads()).isEmpty();
    }

    @Test
    void anUnfitAuthorityFailsTheStartAndClosesWhatWasStarted() {
        try (Shop first = new Shop();
                Shop second = new Shop()) {
            new JdbcTemplate(second.origin).execute("DROP TABLE orders");
            MigrationLifecycle lifecycle = new MigrationLifecycle(() -> List.of(first.migration, second.migration));

            assertThatThrownBy(lifecycle::start)
                    .isInstanceOf(MigrationSetupException.class)
                    .hasMessageContaining("orders");

            assertThat(lifecycle.isRunning()).isFalse();
            assertThat(threads()).isEmpty();
        }
    }

    @Test
    void aContextWithMigrationsIsNotPaused() {
        assertThat(new MigrationLifecycle(List::of).isPauseable()).isFalse();
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("dualwrite-"))
                .toList();
    }

    @Configuration(proxyBeanMethods = false)
    static class Application {
        @Bean(destroyMethod = "close")
        Shop shop() {
            return new Shop();
        }

        @Bean
        JdbcMigration migration(Shop shop) {
            return shop.migration;
        }

        @Bean
        MigrationLifecycle lifecycle(List<JdbcMigration> migrations) {
            return new MigrationLifecycle(() -> migrations);
        }
    }
}
