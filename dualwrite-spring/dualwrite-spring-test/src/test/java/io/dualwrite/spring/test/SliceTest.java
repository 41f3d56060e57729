package io.dualwrite.spring.test;

import static io.dualwrite.spring.test.MigrationAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Table;
import io.dualwrite.spring.capture.CapturingDataSource;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.jdbc.test.autoconfigure.JdbcTest;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.transaction.TestTransaction;

/** A slice of an application whose tests are rolled back. */
@JdbcTest(
        properties = {
            "dualwrite.migrations.shop.capture=true",
            "dualwrite.migrations.shop.attested-by=the tests",
            "dualwrite.jdbc.initialize-schema=always"
        })
class SliceTest {
    record Order(long id, String customer) {}

    @SpringBootConfiguration
    static class Application {
        @Bean(defaultCandidate = false)
        @Qualifier("target") DataSource next() {
            JdbcDataSource database = new JdbcDataSource();
            database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
            new JdbcTemplate(database).execute("create table orders (id bigint primary key, customer varchar(40))");
            return database;
        }

        @Bean
        Table<Order, Long> orders() {
            return Jdbc.table("orders", Order.class, Long.class).key(Order::id);
        }
    }

    @Autowired
    private JdbcMigration migration;

    @Autowired
    private JdbcTemplate jdbc;

    @Autowired
    private DataSource dataSource;

    @Autowired
    @Qualifier("target") private DataSource target;

    @BeforeEach
    void follow() throws InterruptedException {
        migration.moveTo(Stage.DUAL_WRITE);
    }

    @Test
    void whatATransactionThatIsRolledBackWouldLetFollowIsKnown() {
        jdbc.update("insert into orders (id, customer) values (7, 'Ada')");

        assertThat(Follow.changed(dataSource)).containsExactly(new RecordId("orders", "7"));
        assertThat(migration).isAt(Stage.DUAL_WRITE).hasFollowed();
        assertThat(onTarget(7)).isZero();
    }

    @Test
    void aFlushCommitsAndTheCopyHasIt() {
        jdbc.update("insert into orders (id, customer) values (8, 'Grace')");

        Follow.flush(migration);

        assertThat(TestTransaction.isActive()).isTrue();
        assertThat(onTarget(8)).isEqualTo(1);
        assertThat(Follow.changed(dataSource)).isEmpty();
    }

    @Test
    void whatDiffersOrIsInTheWayIsSaid() throws InterruptedException {
        migration.backfill();
        assertThat(migration).within(Duration.ofSeconds(20)).hasEqualSides().mayGoTo(Stage.SHADOW);
        // As a program does that does not carry the library.
        JdbcTemplate stranger = new JdbcTemplate(CapturingDataSource.behind(target));
        stranger.update("insert into orders (id, customer) values (9, 'a stranger')");

        try {
            assertThatThrownBy(() -> assertThat(migration).hasEqualSides())
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("1 records differ")
                    .hasMessageNotContaining("a stranger");
            assertThatThrownBy(() -> assertThat(migration).mayGoTo(Stage.LIVE))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("verification");
            assertThatThrownBy(() -> assertThat(migration).isAt(Stage.LIVE))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("it is at DUAL_WRITE");
        } finally {
            stranger.update("delete from orders where id = 9");
        }
    }

    private long onTarget(long id) {
        return new JdbcTemplate(target).queryForObject("select count(*) from orders where id = ?", Long.class, id);
    }
}
