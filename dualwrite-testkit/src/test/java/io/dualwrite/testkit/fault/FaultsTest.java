package io.dualwrite.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dualwrite.testkit.contract.Note;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fakes go wrong exactly when and how they were told. */
class FaultsTest {
    private final MemoryStore<Note, Long> behind = new MemoryStore<>(Note.TYPE);
    private final FaultyStore<Note, Long> store = new FaultyStore<>(behind);
    private final JdbcDataSource database = new JdbcDataSource();
    private final FaultyDataSource faulty = new FaultyDataSource(database);

    @BeforeEach
    void create() throws SQLException {
        database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create table t (id int)");
        }
    }

    @Test
    void theNthCallFailsAndNoOther() throws Exception {
        store.before().failOn(2, () -> new IOException("as told"));
        store.save(new Note(1L, "a"));
        assertThatThrownBy(() -> store.save(new Note(2L, "b"))).hasMessage("as told");
        store.save(new Note(3L, "c"));
        assertThat(behind.keysAfter(null, 10)).containsExactly(1L, 3L);
    }

    @Test
    void whatFailsAfterwardsHasHappened() {
        store.after().failOn(1, () -> new AssertionError("an Error, too"));
        assertThatThrownBy(() -> store.save(new Note(1L, "a"))).isInstanceOf(AssertionError.class);
        assertThat(behind.size()).isEqualTo(1);
    }

    @Test
    void aLieIsToldOnceAndChangesNothing() throws Exception {
        store.save(new Note(1L, "truth"));
        store.lieOn(1, truth -> null);
        assertThat(store.find(1L)).isNull();
        assertThat(store.find(1L)).isEqualTo(new Note(1L, "truth"));
    }

    @Test
    void whatHangsGoesOnWhenReleased() {
        store.before().hangOn(1);
        CompletableFuture<Void> call = CompletableFuture.runAsync(() -> {
            try {
                store.save(new Note(1L, "late"));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() -> store.before().hanging() == 1);
        assertThat(behind.size()).isZero();
        store.before().release();
        call.join();
        assertThat(behind.size()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCommitOfUnknownOutcomeThrowsEitherWay(boolean happens) throws SQLException {
        faulty.unknownCommitOn(1, happens);
        try (Connection connection = faulty.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate("insert into t values (1)");
            assertThatThrownBy(connection::commit).hasFieldOrPropertyWithValue("SQLState", "08006");
        }
        assertThat(rows()).isEqualTo(happens ? 1 : 0);
    }

    @Test
    void aStatementFailsBeforeOrAfterItRan() throws SQLException {
        faulty.before().failOn(1, FaultyDataSource.connectionLost());
        faulty.after().failOn(1, FaultyDataSource.connectionLost());
        try (Connection connection = faulty.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("insert into t values (1)"))
                    .isInstanceOf(SQLException.class);
            assertThat(rows()).isZero();
            assertThatThrownBy(() -> statement.execute("insert into t values (2)"))
                    .isInstanceOf(SQLException.class);
            assertThat(rows()).isEqualTo(1);
        }
    }

    @Test
    void aConnectionThatIsLostForGoodTakesBackWhatWasNotCommitted() throws SQLException {
        faulty.after().failOn(2, FaultyDataSource.connectionLostForGood());
        try (Connection connection = faulty.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("insert into t values (1)");
            assertThatThrownBy(() -> statement.execute("insert into t values (2)"))
                    .hasFieldOrPropertyWithValue("SQLState", "08006");
            assertThatThrownBy(() -> statement.execute("insert into t values (3)"))
                    .isInstanceOf(SQLException.class);
            assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
        }
        assertThat(rows()).isZero();
    }

    @Test
    void aConnectionIsRefused() {
        faulty.connects().failAlways(() -> new SQLException("no", "08001"));
        assertThatThrownBy(() -> faulty.dataSource().getConnection()).hasMessage("no");
        faulty.connects().heal();
        assertThat(faulty.connects().calls()).isEqualTo(1);
    }

    private int rows() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from t")) {
            row.next();
            return row.getInt(1);
        }
    }
}
