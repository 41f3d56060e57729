package io.dualwrite.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.decorate.Reads;
import io.dualwrite.spring.DualWrite;
import io.dualwrite.spring.GracefulDegradation;
import io.dualwrite.spring.boot.actuate.DualwriteEndpointAutoConfiguration;
import io.dualwrite.spring.capture.CapturingDataSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;

/** An application in which the library is switched off is the application without it. */
class DisabledTest {
    /** What an application has told its database, and which beans it has, by name and class. */
    private record Trace(List<String> calls, Map<String, String> beans) {}

    @DualWrite("shop")
    public static class Service {
        private final JdbcTemplate jdbc;

        public Service(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        @Transactional
        public void place(long id, String customer) {
            jdbc.update("insert into orders (id, customer) values (?, ?)", id, customer);
        }

        public void rename(String from, String to) {
            jdbc.update("update orders set customer = ? where customer = ?", to, from);
        }

        @Reads(staleAllowed = true)
        public long count() {
            return jdbc.queryForObject("select count(*) from orders", Long.class);
        }
    }

    public static class Part {
        @GracefulDegradation
        public String answer() {
            throw new IllegalStateException("as ever");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement
    static class Application {
        @Bean
        @Primary
        RecordingDataSource legacy() {
            return new RecordingDataSource(
                    Shop.database("CREATE TABLE orders (id BIGINT PRIMARY KEY, customer VARCHAR(40))"));
        }

        @Bean
        Service service(JdbcTemplate jdbc) {
            return new Service(jdbc);
        }

        @Bean
        Part part() {
            return new Part();
        }
    }

    @Test
    void itTellsItsDatabaseTheSameAndHasTheSameBeans() {
        ApplicationContextRunner without = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        BootLine.named("DataSourceTransactionManagerAutoConfiguration"),
                        BootLine.named("JdbcTemplateAutoConfiguration")))
                .withUserConfiguration(Application.class, Shop.Target.class, Shop.Tables.class);
        ApplicationContextRunner with = without.withConfiguration(
                AutoConfigurations.of(DualwriteAutoConfiguration.class, DualwriteEndpointAutoConfiguration.class));
        ApplicationContextRunner off = with.withPropertyValues(
                "dualwrite.enabled=false",
                "dualwrite.migrations.shop.follow-authority=true",
                "dualwrite.migrations.shop.stage=dual-write",
                "dualwrite.migrations.shop.attested-by=the tests",
                "dualwrite.degradation.service.deadline=1s");

        Trace before = traced(without);
        assertThat(before.calls()).hasSizeGreaterThan(20);
        assertThat(traced(off)).isEqualTo(before);
    }

    @Test
    void switchedOnItWouldNotBeTheSame() {
        // Or the comparison above would compare nothing.
        List<String> calls = new ArrayList<>();
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        BootLine.named("DataSourceTransactionManagerAutoConfiguration"),
                        BootLine.named("JdbcTemplateAutoConfiguration"),
                        DualwriteAutoConfiguration.class))
                .withUserConfiguration(Application.class, Shop.Target.class, Shop.Tables.class)
                .withPropertyValues("dualwrite.migrations.shop.follow-authority=true")
                .run(context -> {
                    work(context);
                    calls.addAll(
                            CapturingDataSource.behind(context.getBean(DataSource.class))
                                            instanceof RecordingDataSource recording
                                    ? recording.calls()
                                    : List.of());
                });
        assertThat(calls).anyMatch(call -> call.contains("dualwrite_"));
    }

    private static Trace traced(ApplicationContextRunner application) {
        Map<String, String> beans = new TreeMap<>();
        List<String> calls = new ArrayList<>();
        application.run(context -> {
            work(context);
            for (String name : context.getBeanDefinitionNames()) {
                beans.put(name, context.getBean(name).getClass().getName().replaceAll("\\$\\$.*|\\$Proxy\\d+", "…"));
            }
            calls.addAll(context.getBean(RecordingDataSource.class).calls());
            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.startsWith("dualwrite-"));
        });
        return new Trace(calls, beans);
    }

    private static void work(AssertableApplicationContext context) {
        Service service = context.getBean(Service.class);
        service.place(1, "Ada");
        service.place(2, "Grace");
        service.rename("Ada", "Ada L.");
        assertThat(service.count()).isEqualTo(2);
        try {
            context.getBean(Part.class).answer();
        } catch (IllegalStateException asEver) {
            assertThat(asEver).hasMessage("as ever");
        }
    }
}
