package io.dualwrite.spring.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Table;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.spring.MigrationSetupException;
import io.dualwrite.spring.capture.CapturingDataSource;
import io.dualwrite.spring.capture.ReadingSide;
import io.dualwrite.spring.capture.UnnamedChanges;
import io.dualwrite.spring.jpa.JpaShop.Databases;
import io.dualwrite.spring.jpa.Model.Customer;
import io.dualwrite.spring.jpa.Model.Order;
import io.dualwrite.spring.jpa.Model.Product;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.hibernate.CacheMode;
import org.hibernate.Session;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A persistence unit whose application goes to the target and back, without any of its beans knowing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RoutedPersistenceUnitTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final AtomicReference<JdbcMigration> made = new AtomicReference<>();
    private final AtomicBoolean targetIsThere = new AtomicBoolean();
    private Databases databases;
    private DataSource own;
    private LocalContainerEntityManagerFactoryBean bean;
    private EntityManagerFactory factory;
    private JdbcMigration migration;
    private EntityManager entities;
    private TransactionTemplate transaction;
    private List<Table<?, ?>> tables;

    /** Made for this class. */
    Databases databases() {
        return Databases.ofH2();
    }

    /** Of those. */
    String dialect() {
        return "org.hibernate.dialect.H2Dialect";
    }

    @BeforeAll
    void readyToSwitch() throws Exception {
        databases = databases();
        DataSource target = new DelegatingDataSource(databases.target()) {
            @Override
            public java.sql.Connection getConnection() throws SQLException {
                if (!targetIsThere.get()) {
                    throw new SQLException("not there yet", "08001");
                }
                return super.getConnection();
            }
        };
        own = CapturingDataSource.following(
                databases.origin(), () -> target, made::get, UnnamedChanges.REFUSE, PATIENCE);
        bean = JpaShop.unit(own);
        RoutedPersistenceUnit unit = RoutedPersistenceUnit.of(bean, Map.of("hibernate.dialect", dialect()), PATIENCE);
        bean.afterPropertiesSet();
        factory = bean.getObject();
        assertThatThrownBy(() -> unit.tables(List.of("customers.nothing")))
                .isInstanceOf(MigrationSetupException.class)
                .hasMessageContaining("customers.nothing");
        tables = unit.tables(List.of("customers.NAME"));
        targetIsThere.set(true);
        migration = Jdbc.migration("shop", databases.origin(), target)
                .records(tables.toArray(Table[]::new))
                .createTables(true)
                .attestedBy("the tests")
                .build();
        JpaTransactionManager manager = new JpaTransactionManager(factory);
        entities = SharedEntityManagerCreator.createSharedEntityManager(factory);
        transaction = new TransactionTemplate((PlatformTransactionManager) manager);
        inTransaction(any -> entities.persist(new Customer("before everything")));
        made.set(migration);
        migration.start();
        migration.moveTo(Stage.DUAL_WRITE);
        migration.backfill();
        assertThat(migration.verify(VerifyPolicy.REPORT).isClean()).isTrue();
    }

    @AfterAll
    void close() {
        migration.close();
        bean.destroy();
    }

    @Test
    void itsTablesAreAllThatWouldHaveToBeListed() {
        assertThat(tables).extracting(Table::toString).containsExactlyInAnyOrderElementsOf(JpaShop.TABLES.keySet());
        assertThat(tables.stream().map(Table::toString).toList()).containsSubsequence("customers", "orders", "notes");
    }

    @Test
    void everythingInATransactionIsOnTheSideOfTheAuthority() throws InterruptedException {
        JdbcTemplate jdbc = new JdbcTemplate(own);
        for (Stage stage : List.of(Stage.SHADOW, Stage.LIVE, Stage.SHADOW, Stage.LIVE)) {
            migration.moveTo(stage);
            DataSource authority = stage == Stage.LIVE ? databases.target() : databases.origin();
            inTransaction(any -> {
                Customer customer = new Customer("at " + stage);
                customer.order("OPEN").products.add(product());
                entities.persist(customer);
                entities.flush();
                assertThat(jdbc.queryForObject("select name from customers where id = ?", String.class, customer.id))
                        .isEqualTo("at " + stage);
                assertThat(rows(authority, "select 1 from customers where id = " + customer.id))
                        .isEmpty();
            });
            assertThat(rows(authority, "select 1 from customers where name = 'at " + stage + "'"))
                    .isNotEmpty();
        }
        assertSame();
    }

    @Test
    void readingIsTheAuthoritysToo() throws InterruptedException {
        migration.moveTo(Stage.LIVE);
        new JdbcTemplate(databases.target()).update("insert into stocks (warehouse, sku, amount) values (-1, 'x', 5)");
        TransactionTemplate reading = new TransactionTemplate(transaction.getTransactionManager());
        reading.setReadOnly(true);

        assertThat(reading.<Model.Stock>execute(any -> entities.find(Model.Stock.class, new Model.StockId(-1, "x"))))
                .isNotNull();
        assertThat(entities.createNativeQuery("select sku from stocks where warehouse = -1")
                        .getResultList())
                .hasSize(1);
        new JdbcTemplate(databases.target()).update("delete from stocks where warehouse = -1");
    }

    @Test
    void aReadOfOneSideIsMadeByThatSidesUnitPastItsCaches() throws Exception {
        migration.moveTo(Stage.SHADOW);
        new JdbcTemplate(databases.target()).update("insert into stocks (warehouse, sku, amount) values (-2, 'y', 5)");
        TransactionTemplate reading = new TransactionTemplate(transaction.getTransactionManager());
        reading.setReadOnly(true);
        Callable<List<?>> found = () -> reading.execute(any -> {
            assertThat(entities.unwrap(Session.class).getCacheMode()).isEqualTo(CacheMode.IGNORE);
            return entities.createQuery("select s.amount from Stock s where s.id.warehouse = -2")
                    .getResultList();
        });

        assertThat(ReadingSide.<List<?>>on(Side.TARGET, found)).hasSize(1);
        assertThat(ReadingSide.<List<?>>on(Side.ORIGIN, found)).isEmpty();

        new JdbcTemplate(databases.target()).update("delete from stocks where warehouse = -2");
    }

    @Test
    void bulkStatementsThatConcernSeveralTablesFollowFromEitherSide() throws InterruptedException {
        for (Stage stage : List.of(Stage.SHADOW, Stage.LIVE)) {
            migration.moveTo(stage);
            inTransaction(any -> {
                for (long id = -4; id < 0; id++) {
                    Model.CardPayment payment = new Model.CardPayment();
                    payment.id = id;
                    payment.amount = BigDecimal.valueOf(-id);
                    payment.card = "old";
                    entities.persist(payment);
                }
            });
            inTransaction(any -> entities.createQuery(
                            "update CardPayment c set c.card = 'new', c.amount = c.amount + 1 where c.amount > 2")
                    .executeUpdate());
            assertSame();
            DataSource authority = stage == Stage.LIVE ? databases.target() : databases.origin();
            assertThat(rows(authority, "select card from card_payments where card = 'new'"))
                    .hasSize(2);

            inTransaction(any -> entities.createQuery("delete from CardPayment c where c.amount > 0")
                    .executeUpdate());
            assertSame();
            assertThat(rows(authority, "select card from card_payments")).isEmpty();
        }
    }

    @Test
    void aNewTransactionWithinAnotherIsOnTheSameSide() throws InterruptedException {
        migration.moveTo(Stage.LIVE);
        TransactionTemplate nested = new TransactionTemplate(transaction.getTransactionManager());
        nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        inTransaction(any -> {
            entities.persist(new Customer("outer"));
            nested.executeWithoutResult(status -> entities.persist(new Customer("inner")));
            any.run();
        });

        assertThat(rows(databases.target(), "select name from customers where name = 'inner'"))
                .hasSize(1);
        assertThat(rows(databases.target(), "select name from customers where name = 'outer'"))
                .isEmpty();
        assertSame();
    }

    @Test
    void whatAnOpenSessionHasLoadedIsSavedAfterTheSwitch() throws InterruptedException {
        migration.moveTo(Stage.SHADOW);
        Long id = persisted("at the old place");
        inOpenSession(() -> {
            Customer loaded = entities.find(Customer.class, id);
            migration.moveTo(Stage.LIVE);
            loaded.name = "moved";
            inTransaction(any -> entities.merge(loaded));

            assertThat(loaded.orders).extracting(order -> order.status).containsExactly("OPEN");
            assertThat(loaded.tags).isEmpty();
        });

        assertThat(rows(databases.target(), "select name from customers where id = " + id))
                .containsExactly("moved");
        assertSame();
    }

    @Test
    void whatAnOpenSessionHasChangedAndNotSavedIsNotLostUnnoticed() throws InterruptedException {
        migration.moveTo(Stage.SHADOW);
        Long id = persisted("unchanged");
        inOpenSession(() -> {
            Customer loaded = entities.find(Customer.class, id);
            migration.moveTo(Stage.LIVE);
            loaded.name = "never saved";

            assertThatThrownBy(() -> inTransaction(any -> entities.persist(new Customer("by the way"))))
                    .isInstanceOf(ConcurrencyFailureException.class)
                    .hasMessageContaining("Customer");
        });

        assertThat(rows(databases.target(), "select name from customers where name = 'by the way'"))
                .isEmpty();
        assertThat(rows(databases.target(), "select name from customers where id = " + id))
                .containsExactly("unchanged");
        assertSame();
    }

    @Test
    void whatWasExecutedBeforeTheMigrationCouldBeMadeIsCopiedToo() throws InterruptedException {
        migration.moveTo(Stage.SHADOW);
        AtomicReference<JdbcMigration> madeLater = new AtomicReference<>();
        JdbcTemplate starting = new JdbcTemplate(CapturingDataSource.following(
                databases.origin(), databases::target, madeLater::get, UnnamedChanges.REFUSE, PATIENCE));
        starting.update("insert into products (id, title) values (?, 'from a script')", UUID.randomUUID());
        madeLater.set(migration);

        starting.update("insert into stocks (warehouse, sku, amount) values (7, 'y', 1)");

        assertSame();
    }

    private Long persisted(String name) {
        Customer customer = new Customer(name);
        inTransaction(any -> {
            Order order = customer.order("OPEN");
            entities.persist(customer);
            entities.persist(order);
        });
        return customer.id;
    }

    private Product product() {
        Product product = new Product(UUID.randomUUID(), "a product");
        entities.persist(product);
        return product;
    }

    /** With the means to have it rolled back. */
    private void inTransaction(Consumer<Runnable> work) {
        transaction.executeWithoutResult(status -> work.accept(status::setRollbackOnly));
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    /** As a filter does it for a whole request. */
    private void inOpenSession(Work request) throws InterruptedException {
        EntityManager open = factory.createEntityManager();
        TransactionSynchronizationManager.bindResource(factory, new EntityManagerHolder(open));
        try {
            request.run();
        } finally {
            TransactionSynchronizationManager.unbindResource(factory);
            open.close();
        }
    }

    private void assertSame() throws InterruptedException {
        assertThat(migration.awaitDrained(PATIENCE)).isTrue();
        JpaShop.TABLES.forEach((table, columns) -> {
            String query = "select " + columns + " from " + table + " order by " + columns;
            assertThat(new JdbcTemplate(databases.target()).queryForList(query))
                    .isEqualTo(new JdbcTemplate(databases.origin()).queryForList(query));
        });
    }

    private static List<String> rows(DataSource side, String query) {
        return new JdbcTemplate(side).queryForList(query, String.class);
    }
}
