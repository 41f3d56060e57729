package io.dualwrite.spring.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.decorate.Reads;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.spring.DualWrite;
import io.dualwrite.spring.config.EnableDualWrite;
import io.dualwrite.spring.jpa.JpaShop.Customers;
import io.dualwrite.spring.jpa.JpaShop.Databases;
import io.dualwrite.spring.jpa.Model.Customer;
import io.dualwrite.stage.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.Advised;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.interceptor.TransactionInterceptor;

/** Repositories of Spring Data JPA with @DualWrite. */
class AnnotatedRepositoriesTest {
    private static AnnotationConfigApplicationContext context;
    private static JdbcMigration migration;
    private static Databases databases;

    @Configuration(proxyBeanMethods = false)
    @EnableDualWrite
    static class Enabled {}

    @DualWrite("shop")
    interface MarkedCustomers extends JpaRepository<Customer, Long> {
        @Reads(staleAllowed = true)
        List<Customer> findByName(String name);

        long deleteByName(String name);
    }

    interface PlainCustomers extends JpaRepository<Customer, Long> {
        long deleteByName(String name);
    }

    @BeforeAll
    static void start() throws InterruptedException {
        databases = Databases.ofH2();
        context = new AnnotationConfigApplicationContext();
        context.registerBean(Databases.class, () -> databases);
        context.register(JpaShop.class, Enabled.class);
        context.refresh();
        migration = context.getBean(JdbcMigration.class);
        migration.moveTo(Stage.DUAL_WRITE);
    }

    @AfterAll
    static void close() {
        context.close();
    }

    @Test
    void whatTheySaveAndDeleteFollows() throws InterruptedException {
        MarkedCustomers customers = context.getBean(MarkedCustomers.class);
        customers.saveAll(List.of(new Customer("Ada"), new Customer("Grace"), new Customer("Edsger")));

        customers.delete(customers.findAll().stream()
                .filter(each -> each.name.equals("Grace"))
                .findFirst()
                .orElseThrow());

        assertThat(migration.awaitDrained(Duration.ofSeconds(10))).isTrue();
        assertThat(new JdbcTemplate(databases.target())
                        .queryForList("select name from customers order by name", String.class))
                .contains("Ada", "Edsger")
                .doesNotContain("Grace");
    }

    @Test
    void aMethodThatBeginsNoTransactionGetsOne() {
        context.getBean(Customers.class).save(new Customer("Alan"));

        assertThatThrownBy(() -> context.getBean(PlainCustomers.class).deleteByName("Alan"))
                .isInstanceOf(InvalidDataAccessApiUsageException.class);
        assertThat(context.getBean(MarkedCustomers.class).deleteByName("Alan")).isEqualTo(1);
    }

    @Test
    void itsReadsAreAnsweredAndThePageShowsThem() throws IOException {
        MarkedCustomers customers = context.getBean(MarkedCustomers.class);
        customers.save(new Customer("Barbara"));

        assertThat(customers.findByName("Barbara")).hasSize(1);
        assertThat(Path.of("../../docs/spring.md"))
                .content()
                .containsIgnoringWhitespaces("@Reads(staleAllowed = true) List<Customer> findByName(String name);");
    }

    @Test
    void theAdviceIsRightOutsideOfTheirTransactions() {
        List<?> advice = Arrays.stream(((Advised) context.getBean(MarkedCustomers.class)).getAdvisors())
                .map(advisor -> advisor.getAdvice().getClass().getSimpleName())
                .toList();

        assertThat(advice.indexOf("ParticipationAdvice"))
                .isNotNegative()
                .isEqualTo(advice.indexOf(TransactionInterceptor.class.getSimpleName()) - 1);
    }
}
