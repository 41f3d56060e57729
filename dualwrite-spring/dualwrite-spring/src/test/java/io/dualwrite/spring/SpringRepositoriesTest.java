package io.dualwrite.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.fence.StageMovedException;
import io.dualwrite.spring.Shop.Order;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

class SpringRepositoriesTest {
    private static final Order ORDER = new Order(1, "Ada");

    private final Shop shop = new Shop();
    private final TransactionTemplate onOrigin = transactions(shop.origin);
    private final TransactionTemplate onTarget = transactions(shop.target);

    @BeforeEach
    void journalling() throws InterruptedException {
        shop.migration.start();
        shop.migration.moveTo(Stage.DUAL_WRITE);
    }

    @AfterEach
    void close() {
        shop.close();
    }

    @Test
    void aWriteCommitsWithTheTransactionAroundItAndReachesTheTarget() throws InterruptedException {
        onOrigin.executeWithoutResult(status -> {
            shop.orders.save(ORDER);
            assertThat(Shop.committed(shop.origin, 1)).isEmpty();
        });

        assertThat(Shop.committed(shop.origin, 1)).containsExactly(ORDER);
        assertThat(shop.migration.awaitDrained(Duration.ofSeconds(10))).isTrue();
        assertThat(Shop.committed(shop.target, 1)).containsExactly(ORDER);
    }

    interface Purge {
        void purge();
    }

    @Test
    void aStatementAboutRecordsThatNobodyNamesIsDeclaredInCodeAndComesToTheTarget() throws InterruptedException {
        Purge purge = new SpringRepositories(shop.migration, shop.origin, shop.target)
                .decorate(
                        Purge.class,
                        methods -> methods.rangeDirty("purge"),
                        source -> () -> new JdbcTemplate(source).update("DELETE FROM orders"),
                        source -> () -> new JdbcTemplate(source).update("DELETE FROM orders"));
        shop.orders.save(ORDER);
        assertThat(shop.migration.awaitDrained(Duration.ofSeconds(10))).isTrue();
        onOrigin.executeWithoutResult(status -> {
            purge.purge();
            shop.orders.save(new Order(2, "Grace"));
        });

        assertThat(shop.migration.awaitDrained(Duration.ofSeconds(10))).isTrue();
        assertThat(Shop.committed(shop.target, 1)).isEmpty();
        assertThat(Shop.committed(shop.target, 2)).containsExactly(new Order(2, "Grace"));
    }

    @Test
    void aWriteAndItsIntentRollBackWithTheTransactionAroundThem() {
        onOrigin.executeWithoutResult(status -> {
            shop.orders.save(ORDER);
            status.setRollbackOnly();
        });

        assertThat(Shop.committed(shop.origin, 1)).isEmpty();
        assertThat(shop.migration.backlog().isEmpty()).isTrue();
    }

    @Test
    void aReadSeesWhatItsTransactionHasWrittenByWhateverWay() {
        onOrigin.executeWithoutResult(status -> {
            new JdbcTemplate(shop.origin).update("INSERT INTO orders VALUES (1, 'Grace')");
            assertThat(shop.orders.findById(1)).containsExactly(new Order(1, "Grace"));

            shop.orders.save(ORDER);
            assertThat(shop.orders.findById(1)).containsExactly(ORDER);
        });
    }

    @Test
    void eachCallOfATransactionIsJoinedAnewAfterASavepointWasGivenUp() throws InterruptedException {
        onOrigin.executeWithoutResult(status -> {
            Object savepoint = status.createSavepoint();
            shop.orders.save(new Order(2, "given up"));
            status.rollbackToSavepoint(savepoint);
            shop.orders.save(ORDER);
        });

        assertThat(shop.migration.awaitDrained(Duration.ofSeconds(10))).isTrue();
        assertThat(Shop.committed(shop.target, 1)).containsExactly(ORDER);
        assertThat(Shop.committed(shop.target, 2)).isEmpty();
    }

    @Test
    void aNewTransactionWithinOneCommitsOnItsOwn() {
        TransactionTemplate itsOwn = transactions(shop.origin);
        itsOwn.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);

        onOrigin.executeWithoutResult(status -> {
            shop.orders.save(new Order(2, "rolled back"));
            itsOwn.executeWithoutResult(inner -> shop.orders.save(ORDER));
            assertThat(Shop.committed(shop.origin, 1)).containsExactly(ORDER);
            status.setRollbackOnly();
        });

        assertThat(Shop.committed(shop.origin, 1)).containsExactly(ORDER);
        assertThat(Shop.committed(shop.origin, 2)).isEmpty();
    }

    @Test
    void aCallInATransactionOfAnotherDatabaseIsRefusedAndNothingIsWritten() {
        transactions(Shop.database())
                .executeWithoutResult(status -> assertThatThrownBy(() -> shop.orders.save(ORDER))
                        .isInstanceOf(IllegalTransactionStateException.class)
                        .hasMessageContaining("save(…) of migration 'shop'")
                        .hasMessageContaining("neither of its DataSources"));

        assertThat(Shop.committed(shop.origin, 1)).isEmpty();
    }

    @Test
    void aReadOnlyTransactionReadsWhatIsCommittedAndRefusesWrites() {
        shop.orders.save(ORDER);
        onOrigin.setReadOnly(true);

        onOrigin.executeWithoutResult(status -> {
            assertThat(shop.orders.findById(1)).containsExactly(ORDER);
            assertThatThrownBy(() -> shop.orders.save(new Order(1, "Grace")))
                    .isInstanceOf(IllegalTransactionStateException.class)
                    .hasMessageContaining("read-only transaction");
        });

        assertThat(Shop.committed(shop.origin, 1)).containsExactly(ORDER);
    }

    @Test
    void aTransactionOnTheSideWithoutTheAuthorityIsRefused() {
        assertThatThrownBy(() -> onTarget.executeWithoutResult(status -> shop.orders.save(ORDER)))
                .isInstanceOf(StageMovedException.class);

        assertThat(Shop.committed(shop.target, 1)).isEmpty();
    }

    @Test
    void withoutATransactionEachCallIsOneOfItsOwn() {
        shop.orders.save(ORDER);

        assertThat(shop.orders.findById(1)).containsExactly(ORDER);
        assertThat(Shop.committed(shop.origin, 1)).containsExactly(ORDER);
    }

    @Test
    void withSynchronizationAndNoTransactionEachCallIsOneOfItsOwn() {
        onOrigin.setPropagationBehavior(TransactionDefinition.PROPAGATION_SUPPORTS);

        onOrigin.executeWithoutResult(status -> {
            shop.orders.save(ORDER);
            assertThat(shop.orders.findById(1)).containsExactly(ORDER);
            shop.orders.save(new Order(1, "Grace"));
            assertThat(shop.orders.findById(1)).containsExactly(new Order(1, "Grace"));
        });

        assertThat(Shop.committed(shop.origin, 1)).containsExactly(new Order(1, "Grace"));
    }

    @Test
    void aWrappedDataSourceIsTheOneItWraps() {
        SpringRepositories wrapped =
                new SpringRepositories(shop.migration, new TransactionAwareDataSourceProxy(shop.origin), shop.target);
        Shop.Orders orders = wrapped.decorate(Shop.Orders.class, Shop::repository, Shop::repository);

        onOrigin.executeWithoutResult(status -> {
            orders.save(ORDER);
            status.setRollbackOnly();
        });

        assertThat(Shop.committed(shop.origin, 1)).isEmpty();
    }

    @Test
    void whatARepositoryThrowsIsThrownAsItIs() {
        onOrigin.executeWithoutResult(status -> assertThatThrownBy(
                        () -> shop.orders.save(new Order(1, "far too long ".repeat(10))))
                .isInstanceOf(org.springframework.dao.DataIntegrityViolationException.class));
    }

    private static TransactionTemplate transactions(DataSource dataSource) {
        return new TransactionTemplate(new DataSourceTransactionManager(dataSource));
    }
}
