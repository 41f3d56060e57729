package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.fence.Pace;
import io.dualwrite.stage.Side;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Engine.class)
final class SessionTest {
    private final TestDatabase database;
    private Connection only;
    private Place place;
    private int h2Failures;

    SessionTest(Engine engine) {
        database = engine.create();
    }

    /** A pool of one connection, set up in a way of its own. */
    @BeforeEach
    void open() throws SQLException {
        database.run("create table t (x integer)");
        only = database.pool().getConnection();
        only.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
        Connection kept = (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, args) -> {
                    if (method.getName().equals("close")) {
                        return null;
                    }
                    if (method.getName().equals("getTransactionIsolation") && h2Failures-- > 0) {
                        throw new SQLException("General error", "50000", 50000);
                    }
                    return GuardedParts.call(only, method, args);
                });
        DataSource pool = (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, args) -> kept);
        place = new Place("shop", Side.ORIGIN, pool, Limits.DEFAULT, Pace.real());
    }

    @AfterEach
    void connectionsAreGivenBackAsTheyCame() throws SQLException {
        assertThat(only.getAutoCommit()).isTrue();
        assertThat(only.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
        try (Statement statement = only.createStatement()) {
            assertThat(statement.getQueryTimeout()).isZero();
        }
        only.close();
    }

    @Test
    void everyStatementSeesWhatIsCommittedWhenItBegins() throws SQLException {
        try (Session session = place.begin()) {
            assertThat(count(session)).isZero();
            database.run("insert into t values (1)");
            assertThat(count(session)).isEqualTo(1);
            session.commit();
        }
    }

    @Test
    void everyStatementOfASnapshotSeesTheSame() throws SQLException {
        try (Session session = place.beginSnapshot()) {
            assertThat(count(session)).isZero();
            database.run("insert into t values (1)");
            assertThat(count(session)).isZero();
        }
    }

    @Test
    void aServerThatCannotTellTheIsolationAtThatMomentIsAskedAgain() throws SQLException {
        // What an H2 server answers when another session ends while it lists them all; other engines are not asked.
        h2Failures = database.engine() == Engine.H2 ? 3 : 0;
        try (Session session = place.begin()) {
            assertThat(count(session)).isZero();
        }
        assertThat(h2Failures).isLessThanOrEqualTo(0);
    }

    @Test
    void whatIsNotCommittedIsRolledBack() throws SQLException {
        try (Session session = place.begin()) {
            session.run().update("insert into t values (1)");
        }
        assertThatThrownBy(() -> place.commit(session -> {
                    session.run().update("insert into t values (1)");
                    return session.run().update("insert into nowhere values (1)");
                }))
                .isInstanceOf(SQLException.class);
        assertThat(database.count("t")).isZero();
    }

    private static long count(Session session) throws SQLException {
        Long count = session.run().first("select count(*) from t", row -> row.getLong(1));
        return count == null ? -1 : count;
    }
}
