package io.dualwrite.jdbc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.fence.Board;
import io.dualwrite.fence.Control;
import io.dualwrite.fence.ControlException;
import io.dualwrite.fence.FenceBusyException;
import io.dualwrite.fence.FenceContext;
import io.dualwrite.fence.Holder;
import io.dualwrite.fence.Pace;
import io.dualwrite.fence.StageMovedException;
import io.dualwrite.fence.Transaction;
import io.dualwrite.jdbc.BrokenDataSource.Break;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.h2.jdbc.JdbcConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.jdbc.PgStatement;

@ParameterizedClass
@EnumSource(Engine.class)
final class JdbcTransactionsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Sides<TestDatabase> databases;
    private final Sides<BrokenDataSource> pools;
    private final Shop shop;
    private final JdbcTransactions transactions;

    JdbcTransactionsTest(Engine engine) {
        databases = new Sides<>(engine.create(), engine.create());
        pools = Sides.each(side -> new BrokenDataSource(databases.of(side).pool()));
        shop = new Shop(databases, Sides.each(side -> pools.of(side)), List.of(Shop.ORDERS, Shop.CUSTOMERS))
                .withTables()
                .atShadow();
        transactions = shop.transactions(PATIENCE);
    }

    @AfterEach
    void everyConnectionIsGivenBack() {
        assertThat(pools.origin().out()).isZero();
        assertThat(pools.target().out()).isZero();
    }

    @Test
    void aWriteCommitsTogetherWithItsIntents() throws Exception {
        String answer = transactions.write(transaction -> {
            assertThat(transaction.side()).isEqualTo(Side.ORIGIN);
            insert(transaction, 1);
            insert(transaction, 2);
            transaction.changed(Shop.CUSTOMERS.id(1L));
            return "done";
        });
        assertThat(answer).isEqualTo("done");
        assertThat(shop.origin().count("customer")).isEqualTo(2);
        assertThat(shop.journal(Side.ORIGIN)).containsExactly("customer,1", "customer,2");
        assertThat(shop.committed).containsExactlyElementsOf(Shop.ids(Shop.CUSTOMERS, 1, 2));
    }

    @Test
    void aWriteThatThrowsLeavesNothingAndItsExceptionIsUnchanged() {
        IllegalArgumentException thrown = new IllegalArgumentException("mine");
        assertThatThrownBy(() -> transactions.write(transaction -> {
                    insert(transaction, 1);
                    throw thrown;
                }))
                .isSameAs(thrown);
        assertThat(shop.origin().count("customer")).isZero();
        assertThat(shop.journal(Side.ORIGIN)).isEmpty();
        assertThat(shop.committed).isEmpty();
        assertThat(transactions.current()).isNull();
    }

    @Test
    void aStageThatDoesNotJournalLeavesNoIntents() throws Exception {
        shop.set(Side.ORIGIN, ControlRow.firstOrigin());
        transactions.write(transaction -> insert(transaction, 1));
        assertThat(shop.origin().count("customer")).isEqualTo(1);
        assertThat(shop.journal(Side.ORIGIN)).isEmpty();
    }

    @Test
    void aSideThatIsGoneFailsNoWriteOnceTheAuthorityIsElsewhere() throws Exception {
        shop.set(Side.ORIGIN, new ControlRow(Role.COPY, Stage.SHADOW, 1, 0, true, 1, null));
        shop.set(Side.TARGET, new ControlRow(Role.AUTHORITY, Stage.LIVE, 1, 0, true, 1, null));
        assertThat(shop.board.view().leader()).isEqualTo(Side.ORIGIN);
        pools.origin().now(Break.CONNECT);
        assertThat(transactions.<Side>write(Transaction::side)).isEqualTo(Side.TARGET);
    }

    @Test
    void aNestedWriteJoins() throws Exception {
        transactions.write(outer -> {
            insert(outer, 1);
            return transactions.write(inner -> {
                assertThat(inner).isSameAs(outer).isSameAs(transactions.current());
                return insert(inner, 2);
            });
        });
        assertThat(shop.origin().count("customer")).isEqualTo(2);
        assertThatThrownBy(() -> transactions.write(outer -> {
                    transactions.write(inner -> insert(inner, 3));
                    throw new IllegalStateException("outer");
                }))
                .hasMessage("outer");
        assertThat(shop.origin().count("customer")).isEqualTo(2);
    }

    @Test
    void aCommitWhoseAnswerIsLostTellsTheRelayAllTheSame() {
        pools.origin().now(Break.AFTER_COMMIT);
        assertThatThrownBy(() -> transactions.write(transaction -> insert(transaction, 1)))
                .isInstanceOf(SQLException.class)
                .hasMessage("answer lost");
        pools.origin().now(Break.NEVER);
        assertThat(shop.committed).containsExactlyElementsOf(Shop.ids(Shop.CUSTOMERS, 1));
        assertThat(shop.journal(Side.ORIGIN)).containsExactly("customer,1");
        assertThat(shop.origin().count("customer")).isEqualTo(1);
    }

    @Test
    void aCommitThatFailsLeavesNeitherWriteNorIntent() {
        pools.origin().now(Break.BEFORE_COMMIT);
        assertThatThrownBy(() -> transactions.write(transaction -> insert(transaction, 1)))
                .hasMessage("not committed");
        pools.origin().now(Break.NEVER);
        assertThat(shop.origin().count("customer")).isZero();
        assertThat(shop.journal(Side.ORIGIN)).isEmpty();
    }

    @Test
    void aWriteNeedsNothingOfTheCopy() throws Exception {
        pools.target().now(Break.CONNECT);
        transactions.write(transaction -> insert(transaction, 1));
        assertThat(transactions.<String>read(Side.ORIGIN, false, side -> name(side, 1)))
                .isEqualTo("c1");
        assertThat(pools.target().asked()).isZero();
    }

    @Test
    void aWriterWaitsOutAHandoverAndGoesWhereTheAuthorityIs() throws Exception {
        ControlRow closed = closeOrigin(Duration.ofMinutes(1));
        CompletableFuture<Side> writer = writing();
        ControlRow ceded = shop.made.controls().origin().change(closed, closed.as(Role.CEDED, 1));
        shop.set(Side.TARGET, new ControlRow(Role.AUTHORITY, Stage.LIVE, 1, 0, true, 1, null));
        shop.made.controls().origin().change(ceded, ceded.as(Role.COPY, 1));
        assertThat(writer.get(10, SECONDS)).isEqualTo(Side.TARGET);
        assertThat(shop.target().count("customers")).isEqualTo(1);
        assertThat(shop.journal(Side.TARGET)).containsExactly("customer,1");
        assertThat(shop.origin().count("customer")).isZero();
    }

    @Test
    void aWriterWaitsOutAHandoverThatIsGivenUp() throws Exception {
        ControlRow closed = closeOrigin(Duration.ofMinutes(1));
        CompletableFuture<Side> writer = writing();
        shop.made.controls().origin().change(closed, closed.authority(closed.stage()));
        assertThat(writer.get(10, SECONDS)).isEqualTo(Side.ORIGIN);
    }

    @Test
    void aWriterOpensAClosingThatHasExpired() throws Exception {
        closeOrigin(Duration.ofMillis(1));
        assertThat(writing().get(10, SECONDS)).isEqualTo(Side.ORIGIN);
    }

    @Test
    void aWriterWaitsForTheSideThatTheAuthorityWasCededToWhileItCannotBeRead() throws Exception {
        ControlRow closed = closeOrigin(Duration.ofMinutes(1));
        shop.made.controls().origin().change(closed, closed.as(Role.CEDED, 1));
        shop.set(Side.TARGET, new ControlRow(Role.AUTHORITY, Stage.LIVE, 1, 0, true, 1, null));
        AtomicInteger unreadable = new AtomicInteger(3);
        Control target = new Control() {
            @Override
            public ControlRow read() {
                if (unreadable.getAndDecrement() > 0) {
                    throw new ControlException("not now", null);
                }
                return shop.made.controls().target().read();
            }

            @Override
            public ControlRow change(ControlRow expected, ControlRow next) {
                throw new AssertionError("Writers change no row");
            }

            @Override
            public List<Holder> holders() {
                return List.of();
            }
        };
        Board board = new Board(new Sides<>(shop.made.controls().origin(), target));
        JdbcTransactions node =
                shop.made.transactions(new FenceContext(board, records -> {}, side -> {}, PATIENCE, Pace.real()));
        assertThat(node.<Side>write(Transaction::side)).isEqualTo(Side.TARGET);
        assertThat(unreadable).hasValue(-1);
    }

    @Test
    void aWriterWithAStaleViewFollowsTheAuthority() throws Exception {
        JdbcTransactions elsewhere = new Shop(
                        databases, Sides.each(side -> pools.of(side)), List.of(Shop.ORDERS, Shop.CUSTOMERS))
                .transactions(PATIENCE);
        shop.atLive();
        assertThat(elsewhere.<Side>write(Transaction::side)).isEqualTo(Side.TARGET);
        shop.set(Side.TARGET, new ControlRow(Role.COPY, Stage.LIVE, 2, 0, true, 1, null));
        shop.set(Side.ORIGIN, new ControlRow(Role.AUTHORITY, Stage.SHADOW, 2, 0, true, 1, null));
        assertThat(elsewhere.<Side>write(Transaction::side)).isEqualTo(Side.ORIGIN);
    }

    @Test
    void afterCompletionTheClosedOriginIsNotWaitedFor() throws Exception {
        shop.atLive();
        shop.set(Side.ORIGIN, new ControlRow(Role.CLOSED, Stage.SHADOW, 1, 0, false, 1, null));
        shop.set(Side.TARGET, new ControlRow(Role.AUTHORITY, Stage.COMPLETE, 1, 0, false, 1, null));
        JdbcTransactions elsewhere = new Shop(
                        databases, Sides.each(side -> pools.of(side)), List.of(Shop.ORDERS, Shop.CUSTOMERS))
                .transactions(PATIENCE);
        assertThat(elsewhere.<Side>write(Transaction::side)).isEqualTo(Side.TARGET);
    }

    @Test
    void aWriterGivesUpAfterItsPatienceAndHasDoneNothing() {
        closeOrigin(Duration.ofMinutes(1));
        assertThatThrownBy(() -> shop.transactions(Duration.ofMillis(50)).write(transaction -> insert(transaction, 1)))
                .isInstanceOf(StageMovedException.class)
                .hasMessageContaining("PT0.05S")
                .hasMessageContaining("run the whole transaction again");
        assertThat(shop.origin().count("customer")).isZero();
    }

    @Test
    void anAuthorityThatCannotBeReachedFailsTheWriteAsItself() {
        pools.origin().now(Break.CONNECT);
        assertThatThrownBy(() -> transactions.write(transaction -> insert(transaction, 1)))
                .isInstanceOf(SQLException.class)
                .hasMessage("unreachable");
    }

    @Test
    void aSavepointTakesTheWriteBackAndLeavesTheIntent() throws Exception {
        transactions.write(transaction -> {
            Connection connection = connection(transaction.side());
            insert(transaction, 1);
            Savepoint savepoint = connection.setSavepoint();
            insert(transaction, 2);
            connection.rollback(savepoint);
            return true;
        });
        assertThat(shop.origin().rows("select id from customer")).containsExactly("1");
        assertThat(shop.journal(Side.ORIGIN)).containsExactly("customer,1", "customer,2");
    }

    @Test
    void repositoriesCannotEndTheTransaction() throws Exception {
        transactions.write(transaction -> {
            try (Connection connection = connection(transaction.side())) {
                assertThat(connection.getAutoCommit()).isFalse();
                connection.setAutoCommit(false);
                assertThatThrownBy(connection::commit)
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("commit() is refused");
                assertThatThrownBy(connection::rollback).hasMessageContaining("rollback() is refused");
                assertThatThrownBy(() -> connection.setAutoCommit(true)).hasMessageContaining("setAutoCommit(true)");
            }
            return insert(transaction, 1);
        });
        assertThat(shop.origin().count("customer")).isEqualTo(1);
    }

    @Test
    void aConnectionKeptBeyondTheTransactionIsDead() throws Exception {
        Connection kept = transactions.write(transaction -> connection(transaction.side()));
        assertThat(kept.isClosed()).isTrue();
        assertThatThrownBy(kept::createStatement).hasMessageContaining("has ended");
    }

    @Test
    void aWriteThatWentElsewhereIsRefusedAndRolledBack() {
        assertThatThrownBy(() -> transactions.write(transaction -> {
                    insert(transaction, 1);
                    return transactions.write(inner -> {
                        inner.changed(Shop.CUSTOMERS.id(2L));
                        shop.origin().run("insert into customer values (2, 'past the library')");
                        return true;
                    });
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("did not use the transaction's connection");
        assertThat(shop.origin().rows("select id from customer")).containsExactly("2");
    }

    @Test
    void whoCatchesThatRefusalCannotCommitEither() {
        assertThatThrownBy(() -> transactions.write(transaction -> {
                    insert(transaction, 1);
                    assertThatThrownBy(() -> transactions.<Boolean>write(inner -> {
                                inner.changed(Shop.CUSTOMERS.id(2L));
                                return true;
                            }))
                            .isInstanceOf(IllegalStateException.class);
                    return true;
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(shop.origin().count("customer")).isZero();
    }

    @Test
    void sqlCannotEndTheTransactionEither() {
        for (String sql : List.of(
                "commit",
                " ROLLBACK",
                "begin",
                "start transaction",
                "-- so\n commit",
                "/* ; */ commit",
                "select 1; commit")) {
            assertThatThrownBy(() -> transactions.write(transaction -> {
                        insert(transaction, 1);
                        try (Statement statement =
                                connection(transaction.side()).createStatement()) {
                            return statement.execute(sql);
                        }
                    }))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("begins or ends a transaction");
        }
        assertThat(shop.origin().count("customer")).isZero();
    }

    @Test
    void noWayBackLeadsToTheConnectionItself() throws Exception {
        transactions.write(transaction -> {
            insert(transaction, 1);
            try (Connection guarded = connection(transaction.side());
                    Statement statement = guarded.createStatement();
                    PreparedStatement prepared = guarded.prepareStatement("select 1");
                    ResultSet result = prepared.executeQuery();
                    ResultSet types = guarded.getMetaData().getTableTypes()) {
                assertThat(statement.getConnection()).isSameAs(guarded);
                assertThat(prepared.getConnection()).isSameAs(guarded);
                assertThat(result.getStatement()).isSameAs(prepared);
                assertThat(guarded.getMetaData().getConnection()).isSameAs(guarded);
                Statement behind = types.getStatement();
                assertThat(behind == null || behind.getConnection() == guarded).isTrue();
                assertThat(result.next() && result.getInt(1) == 1).isTrue();
                assertThat(guarded.unwrap(Connection.class)).isSameAs(guarded);
                assertThat(guarded.isWrapperFor(JdbcConnection.class)).isFalse();
                assertThatThrownBy(() -> guarded.unwrap(JdbcConnection.class)).isInstanceOf(SQLException.class);
                assertThatThrownBy(() -> guarded.unwrap(PgConnection.class)).isInstanceOf(SQLException.class);
                assertThatThrownBy(() -> prepared.unwrap(PgStatement.class)).isInstanceOf(SQLException.class);
            }
            return true;
        });
        assertThat(shop.origin().count("customer")).isEqualTo(1);
    }

    @Test
    void aTransactionStaysInTheSchemaWhoseFenceItHolds() throws Exception {
        transactions.write(transaction -> {
            Connection guarded = connection(transaction.side());
            String schema = guarded.getSchema();
            assertThatThrownBy(() -> guarded.setSchema(schema)).hasMessageContaining("setSchema(…) is refused");
            assertThatThrownBy(() -> guarded.setCatalog("x")).hasMessageContaining("setCatalog(…) is refused");
            for (String sql : List.of("set search_path = x", " SET LOCAL search_path to x", "set schema x", "use x")) {
                assertThatThrownBy(() -> guarded.prepareStatement(sql)).hasMessageContaining("leaves the schema");
            }
            return insert(transaction, 1);
        });
        assertThat(shop.journal(Side.ORIGIN)).containsExactly("customer,1");
    }

    @Test
    void anIsolationThatIsAskedForMidwayCommitsNothing() throws Exception {
        assertThatThrownBy(() -> transactions.write(transaction -> {
                    insert(transaction, 1);
                    Connection guarded = connection(transaction.side());
                    guarded.setTransactionIsolation(guarded.getTransactionIsolation());
                    assertThatThrownBy(() -> guarded.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE))
                            .isInstanceOf(SQLException.class)
                            .hasMessageContaining("setTransactionIsolation(…) is refused");
                    throw new SQLException("afterwards");
                }))
                .hasMessageContaining("afterwards");
        assertThat(shop.origin().count("customer")).isZero();
    }

    @Test
    void aStatementKeptBeyondTheTransactionIsDead() throws Exception {
        PreparedStatement kept = transactions.write(
                transaction -> connection(transaction.side()).prepareStatement("delete from customer where id = 1"));
        assertThatThrownBy(kept::executeUpdate).isInstanceOf(SQLException.class);
    }

    @Test
    void whatCommitsOfItselfIsRefusedWhereItWouldCommitTheWriteWithoutItsIntent() {
        for (String sql : List.of(
                "create table extra (id int)",
                "prepare extra as select 1",
                "script nodata",
                "set session characteristics as transaction isolation level serializable")) {
            assertThatThrownBy(() -> transactions.write(transaction -> {
                        insert(transaction, 1);
                        connection(transaction.side()).prepareStatement(sql).execute();
                        throw new SQLException("afterwards");
                    }))
                    .isInstanceOf(SQLException.class);
            assertThat(shop.origin().count("customer")).as(sql).isZero();
        }
    }

    @Test
    void whatSlipsPastTheReadGuardIsRolledBack() throws Exception {
        shop.origin().run("insert into customer values (1, 'c1')");
        for (String sql : List.of("select 1; delete from customer", "explain analyze delete from customer")) {
            try (Connection connection = connection(Side.ORIGIN);
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
                connection.commit();
            } catch (SQLException enforced) {
                assertThat(enforced.getSQLState()).isNotNull();
            }
        }
        assertThat(shop.origin().count("customer")).isEqualTo(1);
    }

    @Test
    void theOtherSideHasNoPartInATransaction() throws Exception {
        transactions.write(transaction -> {
            assertThatThrownBy(() -> connection(Side.TARGET))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("runs on the ORIGIN");
            return true;
        });
    }

    @Test
    void outsideOfATransactionWritesAreRefused() throws Exception {
        shop.origin().run("insert into customer values (1, 'c1')");
        try (Connection connection = connection(Side.ORIGIN);
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.executeUpdate("insert into customer values (2, 'x')"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("refused outside of a fenced transaction");
            assertThatThrownBy(() -> connection.prepareStatement("/* hm */ delete from customer"))
                    .hasMessageContaining("refused");
            assertThatThrownBy(() -> connection.prepareCall("call 1")).hasMessageContaining("refused");
            assertThat(statement.executeQuery("select name from customer").next())
                    .isTrue();
            assertThat(statement.getConnection()).isSameAs(connection);
        }
        assertThat(shop.origin().count("customer")).isEqualTo(1);
    }

    @Test
    void aReadOutsideSeesTheAuthority() throws Exception {
        transactions.write(transaction -> insert(transaction, 1));
        assertThat(transactions.<String>read(Side.ORIGIN, false, side -> name(side, 1)))
                .isEqualTo("c1");
        assertThatThrownBy(() -> transactions.<Boolean>read(Side.ORIGIN, false, side -> {
                    try (Connection connection = connection(side)) {
                        connection.prepareStatement("update customer set name = 'x'");
                    }
                    return true;
                }))
                .isInstanceOf(SQLException.class);
    }

    @Test
    void aReadWhileClosedIsAnsweredByTheLastAuthority() throws Exception {
        shop.origin().run("insert into customer values (1, 'c1')");
        closeOrigin(Duration.ofMinutes(1));
        assertThat(transactions.<String>read(Side.ORIGIN, false, side -> name(side, 1)))
                .isEqualTo("c1");
    }

    @Test
    void aReadBetweenTheDecisionAndTheTakeoverIsAnsweredByTheLastAuthority() throws Exception {
        shop.origin().run("insert into customer values (1, 'c1')");
        ControlRow closed = closeOrigin(Duration.ofMinutes(1));
        shop.made.controls().origin().change(closed, closed.as(Role.CEDED, 1));
        assertThat(transactions.<String>read(Side.ORIGIN, false, side -> name(side, 1)))
                .isEqualTo("c1");
    }

    @Test
    void aReadOnASideThatLostTheAuthorityIsRepeatedOnTheOther() throws Exception {
        shop.origin().run("insert into customer values (1, 'stale')");
        shop.target().run("insert into customers values (1, 'fresh', 0)");
        ControlRow before = shop.board.view().origin();
        shop.atLive();
        // As a node sees it that has not heard of the flip.
        Shop node = new Shop(databases, Sides.each(side -> pools.of(side)), List.of(Shop.ORDERS, Shop.CUSTOMERS));
        node.board.note(Side.ORIGIN, before);
        assertThat(node.transactions(PATIENCE).<String>read(Side.ORIGIN, false, side -> name(node, side, 1)))
                .isEqualTo("fresh");
    }

    @Test
    void aSideThatWasACopyWhenItWasReadDoesNotSpeakForTheAuthorityItHasBecome() throws Exception {
        shop.origin().run("insert into customer values (1, 'fresh')");
        shop.target().run("insert into customers values (1, 'stale', 0)");
        String answer = transactions.read(Side.TARGET, false, side -> {
            String read = name(side, 1);
            if (read.equals("stale")) {
                shop.target().run("update customers set full_name = 'fresh'");
                ControlRow origin = shop.made.controls().origin().read();
                shop.made.controls().origin().change(origin, origin.as(Role.COPY, 1));
                shop.set(Side.TARGET, new ControlRow(Role.AUTHORITY, Stage.LIVE, 1, 0, true, 1, null));
            }
            return read;
        });
        assertThat(answer).isEqualTo("fresh");
    }

    @Test
    void aTolerantReadIsAnsweredByACopyAndNotByARetiredOrigin() throws Exception {
        shop.origin().run("insert into customer values (1, 'origin')");
        shop.target().run("insert into customers values (1, 'target', 0)");
        assertThat(transactions.<String>read(Side.TARGET, true, side -> name(side, 1)))
                .isEqualTo("target");
        shop.atLive();
        shop.set(Side.ORIGIN, new ControlRow(Role.CLOSED, Stage.SHADOW, 1, 0, false, 1, null));
        assertThat(transactions.<String>read(Side.ORIGIN, true, side -> name(side, 1)))
                .isEqualTo("target");
    }

    @Test
    void aReadInsideATransactionSeesWhatItWrote() throws Exception {
        String read = transactions.write(transaction -> {
            insert(transaction, 1);
            return transactions.read(Side.TARGET, false, side -> name(side, 1));
        });
        assertThat(read).isEqualTo("c1");
    }

    @Test
    void whatTheReadingThrowsIsUnchanged() {
        IllegalStateException thrown = new IllegalStateException("mine");
        assertThatThrownBy(() -> transactions.<Boolean>read(Side.ORIGIN, false, side -> {
                    throw thrown;
                }))
                .isSameAs(thrown);
    }

    @Test
    void aCallersOwnTransactionIsJoinedAndCommitsOrRollsBackWithItsIntents() throws Exception {
        try (Connection own = databases.origin().pool().getConnection()) {
            own.setAutoCommit(false);
            transactions.inTransaction(own, transaction -> transactions.write(inner -> insert(inner, 1)));
            own.rollback();
            assertThat(shop.journal(Side.ORIGIN)).isEmpty();
            transactions.inTransaction(own, transaction -> insert(transaction, 2));
            assertThat(shop.origin().count("customer")).isZero();
            own.commit();
        }
        assertThat(shop.origin().rows("select id from customer")).containsExactly("2");
        assertThat(shop.journal(Side.ORIGIN)).containsExactly("customer,2");
    }

    @Test
    void aJoinedTransactionHoldsTheFenceUntilItsCallerEndsIt() throws Exception {
        ControlRow row = shop.made.controls().origin().read();
        try (Connection own = databases.origin().pool().getConnection()) {
            own.setAutoCommit(false);
            transactions.inTransaction(own, transaction -> insert(transaction, 1));
            assertThatThrownBy(() -> shop.made.controls().origin().change(row, row.closedFor(PATIENCE)))
                    .isInstanceOf(FenceBusyException.class);
            own.commit();
        }
        assertThat(shop.made.controls().origin().change(row, row.closedFor(PATIENCE)))
                .isNotNull();
    }

    @Test
    void aJoinedTransactionOnTheWrongSideIsRefusedAndNeverWaits() throws Exception {
        try (Connection own = databases.target().pool().getConnection()) {
            own.setAutoCommit(false);
            assertThatThrownBy(() -> transactions.inTransaction(own, transaction -> true))
                    .isInstanceOf(StageMovedException.class)
                    .hasMessageContaining("TARGET");
            own.rollback();
        }
        closeOrigin(Duration.ofMinutes(1));
        try (Connection own = databases.origin().pool().getConnection()) {
            own.setAutoCommit(false);
            assertThatThrownBy(() -> transactions.inTransaction(own, transaction -> true))
                    .isInstanceOf(StageMovedException.class);
            own.rollback();
        }
    }

    @Test
    void aConnectionWithoutATransactionOrToSomewhereElseIsNotJoined() throws Exception {
        try (Connection own = databases.origin().pool().getConnection()) {
            assertThatThrownBy(() -> transactions.inTransaction(own, transaction -> true))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("autocommit");
        }
        try (Connection own = databases.origin().engine().create().pool().getConnection()) {
            own.setAutoCommit(false);
            assertThatThrownBy(() -> transactions.inTransaction(own, transaction -> true))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("neither side");
            own.rollback();
        }
    }

    @Test
    void anotherConnectionIsNotJoinedInsideATransaction() throws Exception {
        transactions.write(transaction -> {
            try (Connection own = databases.origin().pool().getConnection()) {
                own.setAutoCommit(false);
                assertThatThrownBy(() -> transactions.inTransaction(own, inner -> true))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("another connection");
                own.rollback();
            }
            return true;
        });
    }

    @Test
    void manyWritersWithASmallPoolGetThroughAFlip() throws Exception {
        Sides<HikariDataSource> small = Sides.each(side -> {
            HikariConfig own = new HikariConfig();
            own.setMaximumPoolSize(2);
            own.setDataSource(databases.of(side).pool());
            return new HikariDataSource(own);
        });
        Shop node = new Shop(
                databases, Sides.each(side -> (DataSource) small.of(side)), List.of(Shop.ORDERS, Shop.CUSTOMERS));
        node.board.refresh();
        JdbcTransactions busy = node.transactions(Duration.ofSeconds(20));
        CountDownLatch started = new CountDownLatch(50);
        List<CompletableFuture<Side>> writers = LongStream.rangeClosed(1, 50)
                .mapToObj(key -> CompletableFuture.supplyAsync(
                        () -> {
                            started.countDown();
                            try {
                                return busy.write(transaction -> insert(node, transaction, key));
                            } catch (Exception failure) {
                                throw new IllegalStateException(failure);
                            }
                        },
                        task -> new Thread(task).start()))
                .toList();
        started.await();
        ControlRow row = shop.made.controls().origin().read();
        ControlRow closed = null;
        while (closed == null) {
            try {
                closed = shop.made.controls().origin().change(row, row.closedFor(Duration.ofMinutes(1)));
            } catch (FenceBusyException again) {
                continue;
            }
        }
        ControlRow ceded = shop.made.controls().origin().change(closed, closed.as(Role.CEDED, 1));
        shop.set(Side.TARGET, new ControlRow(Role.AUTHORITY, Stage.LIVE, 1, 0, true, 1, null));
        shop.made.controls().origin().change(ceded, ceded.as(Role.COPY, 1));
        for (CompletableFuture<Side> writer : writers) {
            writer.get(30, SECONDS);
        }
        assertThat(shop.origin().count("customer") + shop.target().count("customers"))
                .isEqualTo(50);
        assertThat(shop.journal(Side.ORIGIN)).hasSize((int) shop.origin().count("customer"));
        assertThat(shop.journal(Side.TARGET)).hasSize((int) shop.target().count("customers"));
        small.origin().close();
        small.target().close();
    }

    @Test
    void withoutControlTablesTheWriteSaysWhatToDo() {
        TestDatabase fresh = databases.origin().engine().create();
        Shop bare = new Shop(new Sides<>(fresh, fresh), List.of(Shop.ORDERS, Shop.CUSTOMERS));
        assertThatThrownBy(() -> bare.transactions(PATIENCE).<Boolean>write(transaction -> true))
                .isInstanceOf(ControlException.class)
                .hasMessageContaining("createTables(true)");
    }

    private ControlRow closeOrigin(Duration budget) {
        ControlRow row = shop.made.controls().origin().read();
        return shop.made.controls().origin().change(row, row.closedFor(budget));
    }

    /** A writer on a thread of its own, which has begun to wait when this returns if it has to. */
    private CompletableFuture<Side> writing() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Side> writer = CompletableFuture.supplyAsync(() -> {
            begun.countDown();
            try {
                return transactions.write(transaction -> insert(transaction, 1));
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        });
        begun.await();
        return writer;
    }

    private Side insert(Transaction transaction, long key) throws SQLException {
        return insert(shop, transaction, key);
    }

    private static Side insert(Shop shop, Transaction transaction, long key) throws SQLException {
        String table = transaction.side() == Side.ORIGIN ? "customer (id, name)" : "customers (id, full_name)";
        try (Connection connection = shop.made.dataSource(transaction.side()).getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("insert into " + table + " values (" + key + ", 'c" + key + "')");
        }
        transaction.changed(Shop.CUSTOMERS.id(key));
        return transaction.side();
    }

    private Connection connection(Side side) throws SQLException {
        return shop.made.dataSource(side).getConnection();
    }

    private String name(Side side, long key) throws SQLException {
        return name(shop, side, key);
    }

    private static String name(Shop shop, Side side, long key) throws SQLException {
        String sql = side == Side.ORIGIN
                ? "select name from customer where id = " + key
                : "select full_name from customers where id = " + key;
        try (Connection connection = shop.made.dataSource(side).getConnection();
                var statement = connection.prepareStatement(sql);
                var result = statement.executeQuery()) {
            return result.next() ? result.getString(1) : null;
        }
    }
}
