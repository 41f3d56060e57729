package io.dualwrite.spring.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.spring.capture.CapturingDataSource;
import io.dualwrite.spring.capture.UnnamedChanges;
import io.dualwrite.spring.jpa.JpaShop.Customers;
import io.dualwrite.spring.jpa.JpaShop.Databases;
import io.dualwrite.spring.jpa.Model.Customer;
import io.dualwrite.spring.jpa.Model.Order;
import io.dualwrite.stage.Stage;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What goes wrong when an application writes twice by means of Spring's callbacks, each time first as it does, and then the
 * same transaction captured. The application's own second write goes to a table of its own, {@code second_write}, on the target.
 */
class PitfallsTest {
    private static AnnotationConfigApplicationContext context;
    private static JdbcMigration migration;
    private static Databases databases;
    private static EntityManager entities;
    private static PlatformTransactionManager manager;
    private static TransactionTemplate transaction;
    private static Customers customers;
    private static JdbcTemplate second;
    /** When set, the answer of the next commit on the origin does not arrive. */
    private static final AtomicBoolean answerLost = new AtomicBoolean();

    @BeforeAll
    static void startJournalling() throws InterruptedException {
        context = JpaShop.start(Databases.ofH2());
        migration = context.getBean(JdbcMigration.class);
        databases = context.getBean(Databases.class);
        entities = SharedEntityManagerCreator.createSharedEntityManager(context.getBean(EntityManagerFactory.class));
        manager = context.getBean(PlatformTransactionManager.class);
        transaction = new TransactionTemplate(manager);
        customers = context.getBean(Customers.class);
        second = new JdbcTemplate(databases.target());
        second.execute("CREATE TABLE second_write (name VARCHAR(80), version INT)");
        migration.start();
        migration.moveTo(Stage.DUAL_WRITE);
    }

    @AfterAll
    static void close() {
        context.close();
    }

    @Test
    void pitfall01_aSaveAfterTheCommitIsLost() throws InterruptedException {
        String lost = name();
        transaction.executeWithoutResult(status -> {
            customers.save(new Customer("first of " + lost));
            afterCommit(() -> customers.save(new Customer(lost)));
        });
        assertThat(onOrigin(lost)).as("no row, and nobody was told").isZero();

        captured(lost, name -> customers.save(new Customer(name)));
    }

    @Test
    void pitfall02_whatFailsAfterTheCommitFailsTheCaller() throws InterruptedException {
        String told = name();
        List<String> called = new ArrayList<>();
        assertThatThrownBy(() -> transaction.executeWithoutResult(status -> {
                    customers.save(new Customer(told));
                    afterCommit(() -> second.update("INSERT INTO no_such_table VALUES (1)"));
                    afterCommit(() -> called.add("the next one"));
                }))
                .isInstanceOf(RuntimeException.class);
        assertThat(onOrigin(told)).as("committed all the same").isOne();
        assertThat(called).as("skipped").isEmpty();

        second.execute("ALTER TABLE customers RENAME TO customers_away");
        String name = name();
        try {
            transaction.executeWithoutResult(status -> customers.save(new Customer(name)));
            assertThat(onOrigin(name)).isOne();
        } finally {
            second.execute("ALTER TABLE customers_away RENAME TO customers");
        }
        assertFollowed(name, 1);
    }

    @Test
    void pitfall03_aNewTransactionAfterTheCommitNeedsASecondConnection() throws InterruptedException, SQLException {
        String name = name();
        try (OneConnection pool = new OneConnection(context.getBean(DataSource.class))) {
            TransactionTemplate one = new TransactionTemplate(new DataSourceTransactionManager(pool));
            TransactionTemplate another = new TransactionTemplate(new DataSourceTransactionManager(pool));
            another.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
            JdbcTemplate jdbc = new JdbcTemplate(pool);
            assertThatThrownBy(() -> one.executeWithoutResult(status -> {
                        insert(jdbc, name());
                        afterCommit(() -> another.executeWithoutResult(more -> insert(jdbc, name())));
                    }))
                    .rootCause()
                    .hasMessageContaining("taken");

            one.executeWithoutResult(status -> insert(jdbc, name));
        }
        assertFollowed(name, 1);
    }

    @Test
    void pitfall04_withTwoManagersAfterCommitComesBeforeARollback() throws InterruptedException {
        String name = name();
        TransactionTemplate onTarget = new TransactionTemplate(new DataSourceTransactionManager(databases.target()));
        assertThatThrownBy(() -> transaction.executeWithoutResult(outer -> {
                    onTarget.executeWithoutResult(between -> {
                        customers.save(new Customer(name));
                        afterCommit(() -> second.update("INSERT INTO second_write (name) VALUES (?)", name));
                    });
                    throw new IllegalStateException("the application's");
                }))
                .hasMessage("the application's");

        assertThat(inSecond(name)).as("written although nothing was committed").isOne();
        assertFollowed(name, 0);
    }

    @Test
    void pitfall05_beforeTheCommitNothingIsFlushedYet() throws InterruptedException {
        Customer customer = customers.save(new Customer(name()));
        String name = name();
        transaction.executeWithoutResult(status -> {
            Customer dirty = customers.findById(customer.id).orElseThrow();
            dirty.name = name;
            beforeCommit(readOnly ->
                    second.update("INSERT INTO second_write (name, version) VALUES (?, ?)", name, dirty.version));
        });
        assertThat(second.queryForObject("SELECT version FROM second_write WHERE name = ?", Integer.class, name))
                .as("the version before")
                .isZero();

        assertFollowed(name, 1);
        assertThat(second.queryForObject("SELECT version FROM customers WHERE name = ?", Integer.class, name))
                .isOne();
    }

    @Test
    void pitfall06_aJournalOfTheApplicationsOwnCannotReferToWhatIsNotFlushed() throws InterruptedException {
        String failing = name();
        JdbcTemplate own = new JdbcTemplate(databases.origin());
        own.execute("CREATE TABLE own_journal (id BIGINT REFERENCES orders)");
        assertThatThrownBy(() -> transaction.executeWithoutResult(status -> {
                    Order order = ordered(failing);
                    new JdbcTemplate(context.getBean(DataSource.class))
                            .update("INSERT INTO own_journal VALUES (?)", order.id);
                }))
                .isInstanceOf(DataIntegrityViolationException.class);

        String name = name();
        transaction.executeWithoutResult(status -> ordered(name));
        assertFollowed(name, 1);
        assertThat(second.queryForObject("SELECT COUNT(*) FROM orders WHERE status = ?", Integer.class, name))
                .isOne();
    }

    @Test
    void pitfall07_aVersionIsFoundStaleAfterTheAdviceHasReturned() throws InterruptedException {
        Customer customer = customers.save(new Customer(name()));
        String stale = name();
        assertThatThrownBy(() -> transaction.executeWithoutResult(status -> {
                    customers.findById(customer.id).orElseThrow().name = stale;
                    second.update("INSERT INTO second_write (name) VALUES (?)", stale);
                    apart(() -> customers.findById(customer.id).orElseThrow().name = "winner of " + stale);
                }))
                .isInstanceOf(OptimisticLockingFailureException.class);
        assertThat(inSecond(stale)).as("written although nothing was committed").isOne();

        assertFollowed(stale, 0);
        assertFollowed("winner of " + stale, 1);
    }

    @Test
    void pitfall08_aSavepointThatWasGivenUpStillCallsBack() throws InterruptedException {
        String name = name();
        TransactionTemplate jdbc =
                new TransactionTemplate(new DataSourceTransactionManager(context.getBean(DataSource.class)));
        jdbc.executeWithoutResult(status -> {
            Object savepoint = status.createSavepoint();
            insert(new JdbcTemplate(context.getBean(DataSource.class)), name);
            afterCommit(() -> second.update("INSERT INTO second_write (name) VALUES (?)", name));
            status.rollbackToSavepoint(savepoint);
        });
        assertThat(inSecond(name)).as("written although it was taken back").isOne();

        assertFollowed(name, 0);
    }

    @Test
    void pitfall09_readOnlyTransactionsCallBackTooAndLeaveNoIntent() throws InterruptedException {
        List<Boolean> called = new ArrayList<>();
        TransactionTemplate reading = new TransactionTemplate(manager);
        reading.setReadOnly(true);
        reading.executeWithoutResult(status -> {
            customers.count();
            beforeCommit(called::add);
        });
        assertThat(called).containsExactly(true);

        assertThat(migration.awaitDrained(Duration.ofSeconds(10))).isTrue();
        assertThat(migration.backlog().isEmpty()).isTrue();
    }

    @Test
    void pitfall10_withoutATransactionThereIsNothingToCallBack() throws InterruptedException {
        assertThatThrownBy(() -> afterCommit(() -> {})).isInstanceOf(IllegalStateException.class);

        String name = name();
        insert(new JdbcTemplate(context.getBean(DataSource.class)), name);
        assertFollowed(name, 1);
    }

    @Test
    void pitfall11_anotherThreadHasNoneOfTheTransactionsCallbacks() throws InterruptedException {
        String name = name();
        transaction.executeWithoutResult(status -> CompletableFuture.runAsync(() -> {
                    assertThat(TransactionSynchronizationManager.isSynchronizationActive())
                            .isFalse();
                    customers.save(new Customer(name));
                })
                .join());

        assertFollowed(name, 1);
    }

    @Test
    void pitfall12_aCommitWhoseAnswerIsLostHasBeenMade() throws InterruptedException {
        String name = name();
        DataSource losing = CapturingDataSource.following(
                new Losing(databases.origin()),
                databases::target,
                () -> migration,
                UnnamedChanges.REFUSE,
                Duration.ofSeconds(10));
        TransactionTemplate jdbc = new TransactionTemplate(new DataSourceTransactionManager(losing));
        answerLost.set(true);
        assertThatThrownBy(() -> jdbc.executeWithoutResult(status -> {
                    insert(new JdbcTemplate(losing), name);
                    afterCommit(() -> second.update("INSERT INTO second_write (name) VALUES (?)", name));
                }))
                .isInstanceOf(TransactionSystemException.class);
        assertThat(onOrigin(name)).as("committed").isOne();
        assertThat(inSecond(name)).as("never called back").isZero();

        assertFollowed(name, 1);
    }

    @Test
    void pitfall13_keysOfIdentitiesAndSequencesAreThereAtDifferentTimes() throws InterruptedException {
        String name = name();
        transaction.executeWithoutResult(status -> {
            Order order = ordered(name);
            assertThat(order.id).isNotNull();
            assertThat(order.customer.id).isNotNull();
            JdbcTemplate within = new JdbcTemplate(context.getBean(DataSource.class));
            assertThat(count(within, "customers", "name", name))
                    .as("an identity is inserted at once")
                    .isOne();
            assertThat(count(within, "orders", "status", name))
                    .as("a sequence's at the flush")
                    .isZero();
        });

        assertFollowed(name, 1);
        assertThat(count(second, "orders", "status", name)).isOne();
    }

    @Test
    void eachOfThemHasAPage() throws IOException {
        Path index = Path.of("../../docs/pitfalls.md");
        Map<String, String> pages = new TreeMap<>();
        try (Stream<Path> all = Files.list(Path.of("../../docs/pitfalls"))) {
            for (Path page : all.toList()) {
                pages.put(page.getFileName().toString(), Files.readString(page));
            }
        }

        assertThat(pages).hasSize(14);
        assertThat(pages.keySet())
                .allSatisfy(page -> assertThat(index).content().contains("(pitfalls/" + page + ")"));
        for (Method method : PitfallsTest.class.getDeclaredMethods()) {
            if (method.isAnnotationPresent(Test.class) && method.getName().startsWith("pitfall")) {
                String number = method.getName().substring("pitfall".length(), "pitfall".length() + 2);
                assertThat(pages.entrySet())
                        .anyMatch(page -> page.getKey().startsWith(number + "-")
                                && page.getValue().contains("(`pitfall" + number + "`)"));
            }
        }
    }

    /** The same kind of write, and nothing said about the target. */
    private static void captured(String name, Consumer<String> write) throws InterruptedException {
        transaction.executeWithoutResult(status -> write.accept(name));
        assertFollowed(name, 1);
    }

    private static Order ordered(String name) {
        Customer customer = new Customer(name);
        Order order = customer.order(name);
        entities.persist(customer);
        return order;
    }

    private static void apart(Runnable work) {
        CompletableFuture.runAsync(() -> transaction.executeWithoutResult(status -> work.run()))
                .join();
    }

    private static String name() {
        return UUID.randomUUID().toString().substring(0, 12);
    }

    private static void insert(JdbcTemplate jdbc, String name) {
        jdbc.update("insert into customers (version, name) values (0, ?)", name);
    }

    /** As many customers of that name on the target as there should be, and on the origin. */
    private static void assertFollowed(String name, int times) throws InterruptedException {
        assertThat(migration.awaitDrained(Duration.ofSeconds(20))).isTrue();
        assertThat(onOrigin(name)).isEqualTo(times);
        assertThat(count(second, "customers", "name", name)).isEqualTo(times);
    }

    private static int onOrigin(String name) {
        return count(new JdbcTemplate(databases.origin()), "customers", "name", name);
    }

    private static int inSecond(String name) {
        return count(second, "second_write", "name", name);
    }

    private static int count(JdbcTemplate jdbc, String table, String column, String value) {
        return jdbc.queryForObject("SELECT COUNT(*) FROM " + table + " WHERE " + column + " = ?", Integer.class, value);
    }

    private static void afterCommit(Runnable work) {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                work.run();
            }
        });
    }

    private static void beforeCommit(Consumer<Boolean> work) {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void beforeCommit(boolean readOnly) {
                work.accept(readOnly);
            }
        });
    }

    /** A pool of one connection, which does not wait. */
    private static final class OneConnection extends DelegatingDataSource implements AutoCloseable {
        private final AtomicBoolean taken = new AtomicBoolean();

        OneConnection(DataSource behind) {
            super(behind);
        }

        @Override
        public Connection getConnection() throws SQLException {
            if (!taken.compareAndSet(false, true)) {
                throw new SQLException("the only connection is taken");
            }
            return proxied(super.getConnection(), "close", () -> taken.set(false));
        }

        @Override
        public void close() {
            taken.set(true);
        }
    }

    /** Loses the answer to a commit when told to. */
    private static final class Losing extends DelegatingDataSource {
        Losing(DataSource behind) {
            super(behind);
        }

        @Override
        public Connection getConnection() throws SQLException {
            return proxied(super.getConnection(), "commit", () -> {
                if (answerLost.getAndSet(false)) {
                    throw new SQLException("connection lost", "08006");
                }
            });
        }
    }

    @FunctionalInterface
    private interface After {
        void run() throws SQLException;
    }

    private static Connection proxied(Connection behind, String name, After after) {
        return (Connection) Proxy.newProxyInstance(
                PitfallsTest.class.getClassLoader(), new Class<?>[] {Connection.class}, (self, method, args) -> {
                    try {
                        Object answer = method.invoke(behind, args);
                        if (method.getName().equals(name)) {
                            after.run();
                        }
                        return answer;
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }
}
