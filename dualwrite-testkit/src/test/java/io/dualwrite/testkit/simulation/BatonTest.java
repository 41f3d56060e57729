package io.dualwrite.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The simulation itself, tried on plain JDBC: it finds what is wrong, leaves alone what is right, and repeats itself. */
class BatonTest {
    private static SimulatedDatabase bank;

    @BeforeAll
    static void open() {
        bank = new SimulatedDatabase("bank");
        bank.execute("create table account (id int primary key, amount int not null)");
    }

    @AfterAll
    static void close() {
        bank.close();
    }

    @BeforeEach
    void empty() {
        bank.execute("delete from account");
        bank.execute("insert into account values (1, 0), (2, 0)");
    }

    @Test
    void readModifyWriteWithoutALockLosesUpdatesOnSomeSchedules() {
        Set<Integer> ends = new TreeSet<>();
        for (int seed = 0; seed < 50; seed++) {
            ends.add(twoDeposits(seed, "select amount from account where id = 1"));
        }
        assertThat(ends).containsExactly(1, 2);
    }

    @Test
    void readModifyWriteUnderALockLosesNoneOnAnySchedule() {
        for (int seed = 0; seed < 50; seed++) {
            assertThat(twoDeposits(seed, "select amount from account where id = 1 for update"))
                    .isEqualTo(2);
        }
    }

    @Test
    void theSameSeedTakesTheSameSteps() {
        List<String> traces = new ArrayList<>();
        for (int time = 0; time < 2; time++) {
            empty();
            Baton baton = deposits(7, "select amount from account where id = 1");
            traces.add(baton.trace());
        }
        assertThat(traces.get(0)).isNotEmpty().isEqualTo(traces.get(1));
    }

    @Test
    void twoThatWaitForEachOthersLocksAreEndedByALockTimeOut() {
        int timeOuts = 0;
        for (int seed = 0; seed < 30; seed++) {
            List<SQLException> failures = new ArrayList<>();
            Baton baton = begin(seed, Hazards.NONE);
            baton.actor("there", () -> transferring(1, 2, failures));
            baton.actor("back", () -> transferring(2, 1, failures));
            baton.run();
            assertThat(failures).hasSizeLessThanOrEqualTo(2).allMatch(e -> e.getErrorCode() == 50200);
            timeOuts += failures.size();
        }
        assertThat(timeOuts).isPositive();
    }

    @Test
    void aKilledActorsTransactionIsRolledBackAndItsLocksAreFree() {
        int killed = 0;
        for (int seed = 0; seed < 50; seed++) {
            empty();
            List<String> ended = new ArrayList<>();
            Baton baton = begin(seed, new Hazards(8, 0, 0, 0, 0, 1));
            for (String name : List.of("a", "b")) {
                baton.actor(name, () -> {
                    deposit(bank.dataSource(), "select amount from account where id = 1 for update");
                    ended.add(name);
                });
            }
            baton.run();
            killed += 2 - ended.size();
            // A commit is the last thing before the end, so a killed actor may have committed.
            assertThat(amount()).isBetween(ended.size(), 2);
        }
        assertThat(killed).isPositive();
    }

    @Test
    void aCommitOfUnknownOutcomeHappensOrNot() {
        Set<Integer> ends = new TreeSet<>();
        for (int seed = 0; seed < 30; seed++) {
            empty();
            Baton baton = begin(seed, new Hazards(0, 0, 0, 0, 1, 1));
            baton.actor(
                    "only",
                    () -> assertThatThrownBy(
                                    () -> deposit(bank.dataSource(), "select amount from account where id = 1"))
                            .isInstanceOf(SQLException.class)
                            .hasFieldOrPropertyWithValue("SQLState", "08006"));
            baton.run();
            ends.add(amount());
        }
        assertThat(ends).containsExactly(0, 1);
    }

    @Test
    void timePassesOnlyInTheSimulation() {
        Baton baton = begin(1, Hazards.NONE);
        List<Object> seen = new ArrayList<>();
        baton.actor("sleeper", () -> {
            baton.pause(Duration.ofDays(1));
            seen.add(baton.now());
        });
        baton.run();
        assertThat(seen).hasToString("[2026-01-02T00:00:00Z]");
    }

    @Test
    void anEndlessRunIsStuckNotEndless() {
        Baton baton = new Baton(1, Hazards.NONE, 100);
        baton.actor("spinner", () -> {
            while (true) {
                baton.pause(Duration.ofMillis(1));
            }
        });
        assertThatThrownBy(baton::run).isInstanceOf(Stuck.class);
    }

    private static Baton begin(int seed, Hazards hazards) {
        Baton baton = new Baton(seed, hazards, 2_000);
        bank.attach(baton, label -> {});
        return baton;
    }

    private int twoDeposits(int seed, String read) {
        empty();
        deposits(seed, read);
        return amount();
    }

    private static Baton deposits(int seed, String read) {
        Baton baton = begin(seed, Hazards.NONE);
        baton.actor("a", () -> deposit(bank.dataSource(), read));
        baton.actor("b", () -> deposit(bank.dataSource(), read));
        baton.run();
        return baton;
    }

    private static void deposit(DataSource source, String read) throws SQLException {
        try (Connection connection = source.getConnection()) {
            connection.setAutoCommit(false);
            int amount;
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(read)) {
                row.next();
                amount = row.getInt(1);
            }
            try (PreparedStatement update = connection.prepareStatement("update account set amount = ? where id = 1")) {
                update.setInt(1, amount + 1);
                update.executeUpdate();
            }
            connection.commit();
        }
    }

    private static void transferring(int from, int to, List<SQLException> failures) throws SQLException {
        try (Connection connection = bank.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("update account set amount = amount - 1 where id = " + from);
                statement.executeUpdate("update account set amount = amount + 1 where id = " + to);
                connection.commit();
            } catch (SQLException e) {
                connection.rollback();
                failures.add(e);
            }
        }
    }

    private static int amount() {
        try (Statement statement = bank.plain().createStatement();
                ResultSet row = statement.executeQuery("select amount from account where id = 1")) {
            row.next();
            return row.getInt(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
