package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.MigrationParts;
import io.dualwrite.fence.Board;
import io.dualwrite.fence.Pace;
import io.dualwrite.repair.Relay;
import io.dualwrite.repair.RelaySettings;
import io.dualwrite.repair.Transfer;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.testkit.fault.FaultyDataSource;
import io.dualwrite.testkit.fault.Trouble;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A connection is lost, on either side, before a statement or after it: once for every statement there is. Whoever goes on
 * finds every write that was acknowledged, and of one that was not all or nothing, and brings both sides to the same.
 */
@Timeout(600)
class LostConnectionsTest {
    private static final String COLUMNS = "email varchar(20), name varchar(20)";
    private static final String SPOIL = "update person set name = 'spoilt' where id = 3";

    private People people = new People(COLUMNS, COLUMNS);
    private int written;
    private int acknowledged;

    /** What is done when the connection is lost. */
    enum Work {
        WRITE {
            @Override
            void attempt(LostConnectionsTest test, JdbcMigration node) throws Exception {
                test.write(node);
            }

            @Override
            void goOn(LostConnectionsTest test, JdbcMigration node) throws Exception {
                test.write(node);
            }
        },
        TRANSFER {
            @Override
            void prepare(LostConnectionsTest test, JdbcMigration node) throws Exception {
                test.write(node);
            }

            @Override
            void attempt(LostConnectionsTest test, JdbcMigration node) {
                test.relay().drainOnce(Side.ORIGIN);
            }
        },
        BACKFILL {
            @Override
            void prepare(LostConnectionsTest test, JdbcMigration node) throws Exception {
                node.moveTo(Stage.OFF);
                test.people.run(
                        Side.TARGET,
                        SPOIL,
                        "delete from person where id = 2",
                        "insert into person values (9, 'nobody', 'left over')");
                node.moveTo(Stage.DUAL_WRITE);
            }

            @Override
            void attempt(LostConnectionsTest test, JdbcMigration node) throws Exception {
                node.backfill();
            }

            @Override
            void goOn(LostConnectionsTest test, JdbcMigration node) throws Exception {
                node.backfill();
                node.moveTo(Stage.SHADOW);
            }
        },
        REPAIR {
            @Override
            void prepare(LostConnectionsTest test, JdbcMigration node) {
                test.people.run(Side.TARGET, SPOIL);
            }

            @Override
            void attempt(LostConnectionsTest test, JdbcMigration node) throws Exception {
                node.verify(VerifyPolicy.REPAIR);
            }

            @Override
            void goOn(LostConnectionsTest test, JdbcMigration node) throws Exception {
                node.verify(VerifyPolicy.REPAIR);
            }
        },
        FLIP_AND_ROLLBACK {
            @Override
            void prepare(LostConnectionsTest test, JdbcMigration node) throws Exception {
                assertThat(node.verify(VerifyPolicy.REPORT).isClean()).isTrue();
            }

            @Override
            void attempt(LostConnectionsTest test, JdbcMigration node) throws Exception {
                node.moveTo(Stage.LIVE);
                test.write(node);
                node.moveTo(Stage.SHADOW);
            }

            @Override
            void goOn(LostConnectionsTest test, JdbcMigration node) throws Exception {
                node.moveTo(Stage.SHADOW);
            }
        };

        void prepare(LostConnectionsTest test, JdbcMigration node) throws Exception {}

        abstract void attempt(LostConnectionsTest test, JdbcMigration node) throws Exception;

        /** What the next node does, to which no connection is lost any more. */
        void goOn(LostConnectionsTest test, JdbcMigration node) throws Exception {}
    }

    @ParameterizedTest
    @CsvSource({"WRITE, 1", "TRANSFER, 1", "BACKFILL, 15", "REPAIR, 9", "FLIP_AND_ROLLBACK, 23"})
    void nothingIsLostWithAnyOneConnection(Work work, int step) throws Exception {
        loseEach(NewDatabase.H2, NewDatabase.H2, work, step);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("matrix")
    void norAtTheStatementsBetween(Work work) throws Exception {
        loseEach(NewDatabase.H2, NewDatabase.H2, work, 1);
    }

    @ParameterizedTest
    @CsvSource({"WRITE, 1", "TRANSFER, 1", "BACKFILL, 13", "REPAIR, 8", "FLIP_AND_ROLLBACK, 19"})
    @Tag("matrix")
    void norBetweenServers(Work work, int step) throws Exception {
        loseEach(NewDatabase.POSTGRES, NewDatabase.MARIADB, work, step);
        loseEach(NewDatabase.MARIADB, NewDatabase.POSTGRES, work, step);
    }

    private void loseEach(NewDatabase origin, NewDatabase target, Work work, int step) throws Exception {
        people = new People(new Sides<>(origin.create(), target.create()), COLUMNS, COLUMNS)
                .with("1, 'one', 'v0'", "2, 'two', 'v0'", "3, 'three', 'v'");
        try (JdbcMigration node = node()) {
            node.moveTo(Stage.DUAL_WRITE);
            node.backfill();
            node.moveTo(Stage.SHADOW);
        }
        for (Trouble trouble :
                List.of(people.origin.before(), people.origin.after(), people.target.before(), people.target.after())) {
            int statement = 1;
            while (isLostAt(statement, trouble, work)) {
                statement += step;
            }
        }
    }

    /** False when the work had ended before so many statements. */
    private boolean isLostAt(int statement, Trouble trouble, Work work) throws Exception {
        try (JdbcMigration node = node();
                JdbcMigration next = node()) {
            node.refresh();
            work.prepare(this, node);
            int fatal = trouble.calls() + statement;
            trouble.failOn(statement, FaultyDataSource.connectionLostForGood());
            try {
                work.attempt(this, node);
            } catch (Exception lost) {
                // As its caller is told; what has come of it is looked at below.
            }
            boolean lost = trouble.calls() >= fatal;
            trouble.heal();
            next.refresh();
            work.goOn(this, next);
            assertSound(work + ", statement " + statement);
            return lost;
        }
    }

    private void assertSound(String when) {
        Relay relay = relay();
        while (people.openIntents(Side.ORIGIN) > 0 && relay.drainOnce(Side.ORIGIN) > 0) {
            continue;
        }
        List<String> rows = people.rows(Side.ORIGIN);
        assertThat(people.rows(Side.TARGET)).as(when).isEqualTo(rows).hasSize(3);
        int there = Integer.parseInt(rows.get(0).split(" v")[1]);
        assertThat(rows.get(1)).as(when).isEqualTo("2 two v" + there);
        assertThat(there).as(when).isBetween(acknowledged, written);
    }

    /** Two records in one transaction, which shows in their names. */
    private void write(JdbcMigration node) throws Exception {
        int number = ++written;
        node.inTransaction(() -> {
            for (long id = 1; id <= 2; id++) {
                People.inside(node, id, "update person set name = 'v" + number + "' where id = " + id);
            }
        });
        acknowledged = number;
    }

    private JdbcMigration node() {
        return people.declare().adoptTarget(true).build();
    }

    private Relay relay() {
        Sides<DataSource> sources = new Sides<>(people.origin.dataSource(), people.target.dataSource());
        MigrationParts parts = new JdbcParts(new JdbcParts.Declaration(
                        "people",
                        sources,
                        sources,
                        List.of(People.TABLE),
                        new Limits(Duration.ofSeconds(5), Duration.ofMillis(100)),
                        false,
                        true,
                        Pace.real()))
                .parts();
        Board board = new Board(parts.controls());
        board.refresh();
        return new Relay(
                board,
                parts.journals(),
                new Transfer(parts.journals(), parts.carrier()),
                CircuitBreaker.ofDefaults("people"),
                RelaySettings.defaults(),
                event -> {},
                Pace.real());
    }
}
