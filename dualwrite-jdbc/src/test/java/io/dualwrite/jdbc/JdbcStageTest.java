package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.flag.StageLatch;
import io.dualwrite.stage.Stage;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Engine.class)
final class JdbcStageTest {
    private final TestDatabase database;
    private final JdbcStage shop;

    JdbcStageTest(Engine engine) throws SQLException {
        this.database = engine.create();
        this.shop = JdbcStage.of(database.pool(), "shop");
        shop.createTable();
    }

    @Test
    void aWishIsReadByEveryNodeAndTheTableMayBeCreatedTwice() throws SQLException {
        assertThat(shop.wish()).isNull();
        shop.wish(Stage.SHADOW);
        shop.createTable();
        assertThat(JdbcStage.of(database.pool(), "shop").wish()).isEqualTo(Stage.SHADOW);
        assertThat(JdbcStage.of(database.pool(), "other").wish()).isNull();
        shop.wish(Stage.LIVE);
        shop.wish(Stage.LIVE);
        assertThat(shop.wish()).isEqualTo(Stage.LIVE);
    }

    @Test
    void aConnectionWithoutAutocommitShowsNoWishOfYesterday() throws SQLException {
        try (Connection only = database.pool().getConnection()) {
            only.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            only.setAutoCommit(false);
            JdbcStage reader = JdbcStage.of(poolOf(only), "shop");
            assertThat(reader.wish()).isNull();
            shop.wish(Stage.SHADOW);
            assertThat(reader.wish()).isEqualTo(Stage.SHADOW);
        }
    }

    @Test
    void aStageThatIsPassedThroughCannotBeWishedFor() {
        assertThatThrownBy(() -> shop.wish(Stage.FROZEN)).hasMessageContaining("passed through");
    }

    @Test
    void whileTheTableCannotBeReadOrNamesNoStageTheLastGoodWishStays() throws SQLException {
        StageLatch latch = new StageLatch(shop, failure -> {});
        shop.wish(Stage.SHADOW);
        assertThat(latch.wish()).isEqualTo(Stage.SHADOW);
        database.run("update dualwrite_wish set stage = 'sideways'");
        assertThat(latch.wish()).isEqualTo(Stage.SHADOW);
        database.run("drop table dualwrite_wish");
        assertThat(latch.wish()).isEqualTo(Stage.SHADOW);
    }

    /** A pool of one connection that leaves it as it was given back. */
    private static DataSource poolOf(Connection only) {
        ClassLoader loader = JdbcStageTest.class.getClassLoader();
        Object kept = Proxy.newProxyInstance(
                loader,
                new Class<?>[] {Connection.class},
                (proxy, method, args) ->
                        method.getName().equals("close") ? null : GuardedParts.call(only, method, args));
        return (DataSource)
                Proxy.newProxyInstance(loader, new Class<?>[] {DataSource.class}, (proxy, method, args) -> kept);
    }
}
