package io.dualwrite.spring.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.spring.jpa.JpaShop.Customers;
import io.dualwrite.spring.jpa.JpaShop.Databases;
import io.dualwrite.spring.jpa.JpaShop.Orders;
import io.dualwrite.spring.jpa.JpaShop.Products;
import io.dualwrite.spring.jpa.JpaShop.Stocks;
import io.dualwrite.spring.jpa.Model.Address;
import io.dualwrite.spring.jpa.Model.CardPayment;
import io.dualwrite.spring.jpa.Model.Customer;
import io.dualwrite.spring.jpa.Model.Flat;
import io.dualwrite.spring.jpa.Model.Note;
import io.dualwrite.spring.jpa.Model.Order;
import io.dualwrite.spring.jpa.Model.Percent;
import io.dualwrite.spring.jpa.Model.Product;
import io.dualwrite.spring.jpa.Model.Stock;
import io.dualwrite.spring.jpa.Model.StockId;
import io.dualwrite.stage.Stage;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Whatever an application does through JPA, the target has the same afterwards. Transfers bring over nothing but records that
 * have an intent, and statements that name no records are refused here; so a change that were missed would be missing.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JpaCaptureTest {
    private AnnotationConfigApplicationContext context;
    private JdbcMigration migration;
    private Databases databases;
    private EntityManager entities;
    private TransactionTemplate transaction;
    private Customers customers;

    /** Made for this class. */
    Databases databases() {
        return Databases.ofH2();
    }

    @BeforeAll
    void startJournalling() throws InterruptedException {
        context = JpaShop.start(databases());
        migration = context.getBean(JdbcMigration.class);
        databases = context.getBean(Databases.class);
        entities = SharedEntityManagerCreator.createSharedEntityManager(
                context.getBean(jakarta.persistence.EntityManagerFactory.class));
        transaction = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
        customers = context.getBean(Customers.class);
        migration.start();
        migration.moveTo(Stage.DUAL_WRITE);
    }

    @AfterAll
    void close() {
        context.close();
    }

    @Test
    void generatedKeysOfBothKinds() throws InterruptedException {
        Long id = saved(new Customer("identity"), customer -> customer.order("sequence"));

        assertThat(inTarget("SELECT COUNT(*) FROM orders WHERE customer_id = ?", id))
                .isOne();
    }

    @Test
    void aDirtyEntityThatNobodySaves() throws InterruptedException {
        Long id = saved(new Customer("before"), customer -> null);

        transaction.executeWithoutResult(status -> {
            Customer customer = customers.findById(id).orElseThrow();
            customer.name = "after";
            customer.address = new Address("Main Street", "Springfield");
        });

        assertSame();
        assertThat(inTarget("SELECT COUNT(*) FROM customers WHERE id = ? AND name = 'after' AND version = 1", id))
                .isOne();
    }

    @Test
    void cascadesAndOrphans() throws InterruptedException {
        Long id = saved(new Customer("parent"), customer -> {
            customer.order("kept");
            return customer.order("orphan");
        });

        transaction.executeWithoutResult(status -> {
            Customer customer = customers.findById(id).orElseThrow();
            customer.orders.removeIf(order -> order.status.equals("orphan"));
            customer.order("added");
        });
        assertSame();
        assertThat(inTarget("SELECT COUNT(*) FROM orders WHERE customer_id = ?", id))
                .isEqualTo(2);

        transaction.executeWithoutResult(status -> customers.deleteById(id));
        assertSame();
        assertThat(inTarget("SELECT COUNT(*) FROM orders WHERE customer_id = ?", id))
                .isZero();
    }

    @Test
    void collectionsOfValues() throws InterruptedException {
        Long id = saved(new Customer("values"), customer -> {
            customer.tags.addAll(List.of("new", "vip"));
            return customer.phones.addAll(List.of("1", "2", "3"));
        });

        transaction.executeWithoutResult(status -> {
            Customer customer = customers.findById(id).orElseThrow();
            customer.tags.remove("new");
            customer.tags.add("old");
            customer.phones.remove(0);
        });
        assertSame();
        assertThat(inTarget("SELECT COUNT(*) FROM customer_phones WHERE customer_id = ?", id))
                .isEqualTo(2);

        transaction.executeWithoutResult(
                status -> customers.findById(id).orElseThrow().tags.clear());
        assertSame();
        assertThat(inTarget("SELECT COUNT(*) FROM customer_tags WHERE customer_id = ?", id))
                .isZero();
    }

    @Test
    void linksBetweenEntities() throws InterruptedException {
        Product one = new Product(UUID.randomUUID(), "one");
        Product two = new Product(UUID.randomUUID(), "two");
        context.getBean(Products.class).saveAll(List.of(one, two));
        Long[] order = new Long[1];
        saved(new Customer("links"), customer -> customer.order("linked"), added -> {
            added.products.addAll(List.of(one, two));
            order[0] = added.id;
        });

        transaction.executeWithoutResult(
                status -> entities.find(Order.class, order[0]).products.removeIf(product -> product.id.equals(one.id)));

        assertSame();
        assertThat(inTarget("SELECT COUNT(*) FROM order_products WHERE order_id = ?", order[0]))
                .isOne();
    }

    @Test
    void foreignKeysThatOnlyTheParentKnows() throws InterruptedException {
        Long[] order = new Long[1];
        saved(new Customer("notes"), customer -> customer.order("noted"), added -> {
            added.notes.add(new Note("first"));
            added.notes.add(new Note("second"));
            order[0] = added.id;
        });
        order[0] = orderOf("noted");
        assertThat(inTarget("SELECT COUNT(*) FROM notes WHERE order_id = ?", order[0]))
                .isEqualTo(2);

        transaction.executeWithoutResult(
                status -> entities.find(Order.class, order[0]).notes.remove(0));

        assertSame();
        assertThat(inTarget("SELECT COUNT(*) FROM notes WHERE order_id = ?", order[0]))
                .isOne();
    }

    @Test
    void embeddedKeys() throws InterruptedException {
        Stocks stocks = context.getBean(Stocks.class);
        StockId id = new StockId(7, "A|b'c");
        stocks.saveAll(List.of(new Stock(id, 1), new Stock(new StockId(8, "A|b'c"), 2)));
        transaction.executeWithoutResult(status -> stocks.findById(id).orElseThrow().amount = 5);
        stocks.deleteById(new StockId(8, "A|b'c"));

        assertSame();
        assertThat(inTarget("SELECT amount FROM stocks WHERE warehouse = ?", 7)).isEqualTo(5);
    }

    @Test
    void inheritanceInSeveralTablesAndInOne() throws InterruptedException {
        transaction.executeWithoutResult(status -> {
            CardPayment payment = new CardPayment();
            payment.id = 1L;
            payment.amount = new BigDecimal("9.99");
            payment.card = "4711";
            Percent percent = new Percent();
            percent.id = 1L;
            Flat flat = new Flat();
            flat.id = 2L;
            entities.persist(payment);
            entities.persist(percent);
            entities.persist(flat);
        });
        assertSame();

        transaction.executeWithoutResult(status -> {
            entities.find(CardPayment.class, 1L).card = "0815";
            entities.find(Percent.class, 1L).value = 10;
            entities.remove(entities.find(Flat.class, 2L));
        });
        assertSame();

        transaction.executeWithoutResult(status -> entities.remove(entities.find(CardPayment.class, 1L)));
        assertSame();
        assertThat(inTarget("SELECT COUNT(*) FROM payments WHERE id = ?", 1)).isZero();
    }

    @Test
    void aVersionThatIsRaisedWithoutAChange() throws InterruptedException {
        Long id = saved(new Customer("versioned"), customer -> null);

        transaction.executeWithoutResult(
                status -> entities.find(Customer.class, id, LockModeType.OPTIMISTIC_FORCE_INCREMENT));

        assertSame();
        assertThat(inTarget("SELECT version FROM customers WHERE id = ?", id)).isOne();
    }

    @Test
    void derivedAndBulkStatements() throws InterruptedException {
        customers.saveAll(List.of(new Customer("bulk"), new Customer("bulk"), new Customer("derived")));
        customers.rename("bulk", "renamed");
        customers.deleteByName("derived");
        assertSame();
        assertThat(inTarget("SELECT COUNT(*) FROM customers WHERE name = ?", "renamed"))
                .isEqualTo(2);

        customers.deleteAllInBatch(customers.findAll().stream()
                .filter(each -> each.name.equals("renamed"))
                .toList());
        transaction.executeWithoutResult(status -> entities.createQuery("delete from Stock s where s.amount > 1000")
                .executeUpdate());
        assertSame();
        assertThat(inTarget("SELECT COUNT(*) FROM customers WHERE name = ?", "renamed"))
                .isZero();
    }

    @Test
    void bulkStatementsByAPattern() throws InterruptedException {
        customers.saveAll(List.of(new Customer("pattern 1"), new Customer("pattern 2"), new Customer("another")));
        transaction.executeWithoutResult(
                status -> entities.createQuery("update Customer c set c.name = 'matched' where c.name like :pattern")
                        .setParameter("pattern", "pattern%")
                        .executeUpdate());
        assertSame();
        assertThat(inTarget("SELECT COUNT(*) FROM customers WHERE name = ?", "matched"))
                .isEqualTo(2);

        transaction.executeWithoutResult(
                status -> entities.createQuery("delete from Customer c where c.name like :pattern and not exists"
                                + " (select 1 from Order o where o.customer = c)")
                        .setParameter("pattern", "match%")
                        .executeUpdate());
        assertSame();
        assertThat(inTarget("SELECT COUNT(*) FROM customers WHERE name = ?", "matched"))
                .isZero();
    }

    @Test
    void nativeStatementsAndOthersThatShareTheConnection() throws InterruptedException {
        Long id = saved(new Customer("native"), customer -> null);
        JdbcTemplate jdbc = new JdbcTemplate(context.getBean(DataSource.class));

        transaction.executeWithoutResult(status -> {
            customers.findById(id).orElseThrow().name = "flushed";
            entities.createNativeQuery("update customers set city = 'Rome' where name = 'flushed'")
                    .executeUpdate();
            jdbc.update("insert into discounts (id, kind, value) values (100, 'Flat', 3)");
        });

        assertSame();
        assertThat(inTarget("SELECT COUNT(*) FROM customers WHERE id = ? AND city = 'Rome'", id))
                .isOne();
        assertThat(inTarget("SELECT COUNT(*) FROM discounts WHERE id = ?", 100)).isOne();
    }

    @Test
    void aStatementThatNamesNoRecordsIsRefusedBeforeItDoesAnything() throws InterruptedException {
        transaction.executeWithoutResult(status -> entities.persist(new Stock(new StockId(8, "x"), 1)));

        assertThatThrownBy(() -> transaction.executeWithoutResult(
                        status -> entities.createNativeQuery("update stocks set warehouse = 21 where warehouse = 8")
                                .executeUpdate()))
                .rootCause()
                .hasMessageContaining("[stocks]")
                .hasMessageContaining("WHOLE_TABLE");

        assertSame();
        assertThat(inTarget("SELECT COUNT(*) FROM stocks WHERE warehouse = ?", 21))
                .isZero();
    }

    @Test
    void recordsThatOneStatementAddsFromOthers() throws InterruptedException {
        saved(new Customer("copied"), customer -> null);

        copyStocks();

        assertSame();
        for (int warehouse : List.of(31, 32)) {
            assertThat(inTarget("SELECT COUNT(*) FROM stocks WHERE sku = 'copied' AND warehouse = ?", warehouse))
                    .isOne();
        }
    }

    /** A stock called like a customer, and another one like that. */
    void copyStocks() {
        transaction.executeWithoutResult(status -> {
            entities.createNativeQuery("insert into stocks (warehouse, sku, amount) select 31, name, 0 from customers"
                            + " where name = 'copied'")
                    .executeUpdate();
            entities.createQuery("insert into Stock (id.warehouse, id.sku, amount) select 32, s.id.sku, s.amount from"
                            + " Stock s where s.id.warehouse = 31")
                    .executeUpdate();
        });
    }

    @Test
    void allRecordsOfATable() throws InterruptedException {
        transaction.executeWithoutResult(status -> entities.persist(new Stock(new StockId(9, "x"), 1)));

        context.getBean(Stocks.class).deleteAllInBatch();

        assertSame();
        assertThat(inTarget("SELECT COUNT(*) FROM stocks WHERE warehouse = ?", 9))
                .isZero();
    }

    @Test
    void theApplicationGoesOnThroughASwitchAndBack() throws Exception {
        Long before = saved(new Customer("before the switch"), customer -> customer.order("before the switch"));
        migration.backfill();
        while (!migration.verify(VerifyPolicy.REPAIR).isClean()) {
            assertSame();
        }

        migration.moveTo(Stage.LIVE);
        Long after = saved(new Customer("after the switch"), customer -> customer.order("after the switch"));
        transaction.executeWithoutResult(
                status -> customers.findById(before).orElseThrow().name = "changed on the target");
        assertSame();
        assertThat(inTarget("SELECT COUNT(*) FROM customers WHERE name = ?", "changed on the target"))
                .isOne();
        migration.moveTo(Stage.SHADOW);

        Long again = saved(new Customer("after the way back"), customer -> customer.order("after the way back"));
        assertThat(List.of(before, after, again)).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void whatIsRolledBackLeavesNothing() throws InterruptedException {
        transaction.executeWithoutResult(status -> {
            customers.save(new Customer("rolled back"));
            status.setRollbackOnly();
        });
        assertThatThrownBy(() -> transaction.executeWithoutResult(status -> {
                    customers.saveAndFlush(new Customer("far too long a name ".repeat(10)));
                }))
                .isInstanceOf(DataIntegrityViolationException.class);

        assertThat(migration.backlog().isEmpty()).isTrue();
        assertSame();
    }

    @Test
    void aTransactionOfItsOwnWithinOneThatIsRolledBack() throws InterruptedException {
        TransactionTemplate itsOwn = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
        itsOwn.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);

        transaction.executeWithoutResult(status -> {
            customers.save(new Customer("outer"));
            itsOwn.executeWithoutResult(inner -> customers.save(new Customer("inner")));
            status.setRollbackOnly();
        });

        assertSame();
        assertThat(inTarget("SELECT COUNT(*) FROM customers WHERE name = ?", "inner"))
                .isOne();
        assertThat(inTarget("SELECT COUNT(*) FROM customers WHERE name = ?", "outer"))
                .isZero();
    }

    private Long saved(Customer customer, Function<Customer, ?> more) throws InterruptedException {
        transaction.executeWithoutResult(status -> {
            more.apply(customer);
            customers.save(customer);
        });
        assertSame();
        return customer.id;
    }

    private void saved(Customer customer, Function<Customer, Order> more, java.util.function.Consumer<Order> then)
            throws InterruptedException {
        transaction.executeWithoutResult(status -> {
            Order order = more.apply(customer);
            customers.save(customer);
            then.accept(order);
        });
        assertSame();
    }

    private Long orderOf(String status) {
        return context.getBean(Orders.class).findAll().stream()
                .filter(order -> order.status.equals(status))
                .findFirst()
                .orElseThrow()
                .id;
    }

    /** Every table has the same rows on both sides. */
    private void assertSame() throws InterruptedException {
        assertThat(migration.awaitDrained(Duration.ofSeconds(10))).isTrue();
        JpaShop.TABLES.forEach((table, columns) -> assertThat(rows(databases.target(), table, columns))
                .as(table)
                .isEqualTo(rows(databases.origin(), table, columns)));
    }

    private List<Map<String, Object>> rows(DataSource side, String table, String columns) {
        return new JdbcTemplate(side).queryForList("SELECT " + columns + " FROM " + table + " ORDER BY " + columns);
    }

    private int inTarget(String query, Object value) {
        return new JdbcTemplate(databases.target()).queryForObject(query, Integer.class, value);
    }
}
