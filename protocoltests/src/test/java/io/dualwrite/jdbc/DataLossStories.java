package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.FlagFailed;
import io.dualwrite.event.MigrationEvent.HandoverStep;
import io.dualwrite.event.MigrationEvent.HandoverStuck;
import io.dualwrite.fence.ControlException;
import io.dualwrite.flag.StageSource;
import io.dualwrite.repair.BackfillException;
import io.dualwrite.repair.Discrepancy.Kind;
import io.dualwrite.repair.HandoverSettings;
import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.repair.VerifyReport;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.testkit.fault.FaultyDataSource;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLTransactionRollbackException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * How other tools have lost data, played again: the same circumstances, and what becomes of them here. Where it is not plain
 * to see that the circumstances are the ones that lose data, the way that loses it is walked beside. The page {@code
 * docs/stories.md} says of each why it cannot happen.
 */
@Timeout(60)
abstract class DataLossStories {
    private static final String MANY = "email varchar(20), name varchar(20)";
    private static final String ONE_EACH = "email varchar(20) unique, name varchar(20)";

    private final Sides<NewDatabase> engines;

    private final List<MigrationEvent> events = new CopyOnWriteArrayList<>();

    DataLossStories(NewDatabase origin, NewDatabase target) {
        this.engines = new Sides<>(origin, target);
    }

    private People people(String originColumns, String targetColumns) {
        return new People(Sides.each(side -> engines.of(side).create()), originColumns, targetColumns);
    }

    private People peopleOf(String... values) {
        return people(MANY, MANY).with(values);
    }

    @Test
    void aUniqueKeyThatOnlyTheNewTableHasDropsNoRow() throws Exception {
        People naive = new People(MANY, ONE_EACH).with("1, 'a', 'Ada'", "2, 'a', 'Bob'");
        naive.run(Side.TARGET, "set mode MySQL", insertIgnore(1, "a", "Ada"), insertIgnore(2, "a", "Bob"));
        assertThat(naive.rows(Side.TARGET)).as("INSERT IGNORE").containsExactly("1 a Ada");

        People people = people(MANY, ONE_EACH).with("1, 'a', 'Ada'", "2, 'a', 'Bob'");
        try (JdbcMigration node = people.node()) {
            assertThatThrownBy(() -> node.moveTo(Stage.DUAL_WRITE))
                    .isInstanceOf(StageRefusedException.class)
                    .hasMessageContaining("unique key over [email]");
            assertThat(node.stage()).isEqualTo(Stage.OFF);
        }
        assertThat(people.rows(Side.TARGET)).isEmpty();
    }

    @Test
    void aUniqueValueThatIsHandedOnDuringTheCopyDropsNoRow() throws Exception {
        String insertsAsIfAlone = "insert into person values (2, 'a', 'Bob')";
        People naive = new People(ONE_EACH, ONE_EACH);
        naive.run(Side.TARGET, "insert into person values (1, 'a', 'Ada')", "set mode MySQL");
        naive.run(Side.TARGET, insertIgnore(2, "a", "Bob"));
        assertThat(naive.rows(Side.TARGET)).as("INSERT IGNORE").containsExactly("1 a Ada");
        naive.run(Side.TARGET, "delete from person where id = 2 or email = 'a'", insertsAsIfAlone);
        assertThat(naive.rows(Side.TARGET)).as("REPLACE").containsExactly("2 a Bob");

        People people = people(ONE_EACH, ONE_EACH).with("1, 'a', 'Ada'", "3, 'c', 'Cid'");
        try (JdbcMigration node = people.node()) {
            node.moveTo(Stage.DUAL_WRITE);
            people.beforeChunks(() -> {}, () -> {
                assertThat(people.rows(Side.TARGET)).containsExactly("1 a Ada");
                People.write(node, 1, "update person set email = 'b' where id = 1");
                People.write(node, 2, insertsAsIfAlone);
            });
            node.backfill();
            assertThat(people.rows(Side.TARGET))
                    .isEqualTo(people.rows(Side.ORIGIN))
                    .containsExactly("1 b Ada", "2 a Bob", "3 c Cid");
        }
    }

    @Test
    void aDeadlockThatEndsTheCopyIsNotTakenForItsEnd() throws Exception {
        People people = peopleOf("1, 'a', 'Ada'", "2, 'b', 'Bob'", "3, 'c', 'Cid'");
        try (JdbcMigration node = people.node()) {
            node.moveTo(Stage.DUAL_WRITE);
            people.beforeChunks(
                    () -> {},
                    () -> people.target
                            .before()
                            .failAlways(() -> new SQLTransactionRollbackException("deadlock", "40001")));
            assertThatThrownBy(node::backfill)
                    .isInstanceOf(BackfillException.class)
                    .hasRootCauseInstanceOf(SQLTransactionRollbackException.class);
            people.target.before().heal();

            assertThat(people.rows(Side.TARGET)).containsExactly("1 a Ada");
            assertThatThrownBy(() -> node.moveTo(Stage.SHADOW))
                    .isInstanceOf(StageRefusedException.class)
                    .hasMessageContaining("backfill of this generation is not complete");
            node.backfill();
            node.moveTo(Stage.SHADOW);
            assertThat(people.rows(Side.TARGET)).isEqualTo(people.rows(Side.ORIGIN));
        }
    }

    @Test
    void aCopyOfNothingIsNoReasonToSwitch() throws Exception {
        People people = peopleOf();
        try (JdbcMigration node = people.node();
                Connection loading = people.databases.origin().getConnection();
                Statement load = loading.createStatement()) {
            loading.setAutoCommit(false);
            load.execute("insert into person values (1, 'a', 'Ada'), (2, 'b', 'Bob')");
            node.moveTo(Stage.DUAL_WRITE);
            assertThat(node.backfill().rows()).isZero();
            node.moveTo(Stage.SHADOW);
            loading.commit();

            assertThatThrownBy(() -> node.moveTo(Stage.LIVE))
                    .isInstanceOf(StageRefusedException.class)
                    .hasMessageContaining("no clean verification");
            assertThat(node.verify(VerifyPolicy.REPAIR).kinds()).containsEntry(Kind.MISSING, 2L);
            assertThatThrownBy(() -> node.moveTo(Stage.LIVE)).isInstanceOf(StageRefusedException.class);
            assertThat(node.verify(VerifyPolicy.REPORT).isClean()).isTrue();
            node.moveTo(Stage.LIVE);
            assertThat(people.rows(Side.TARGET)).containsExactly("1 a Ada", "2 b Bob");
        }
    }

    @Test
    void whatIsStillInFlightWhenTheSwitchBeginsIsDrained() throws Exception {
        People people = peopleOf("1, 'a', 'Ada'");
        people.readyToSwitch().close();
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch mayCommit = new CountDownLatch(1);
        CompletableFuture<Void> writer = new CompletableFuture<>();
        Runnable letItCommit = () -> {
            mayCommit.countDown();
            writer.join();
        };
        try (JdbcMigration other = people.node();
                JdbcMigration coordinator = people.waiting(letItCommit)) {
            other.refresh();
            new Thread(() -> writer.completeAsync(
                            () -> {
                                longTransaction(other, written, mayCommit);
                                return null;
                            },
                            Runnable::run))
                    .start();
            assertThat(written.await(30, TimeUnit.SECONDS)).isTrue();
            List<Long> openAtClosing = new ArrayList<>();
            coordinator.listen(event -> {
                if (event instanceof HandoverStep step && step.step().equals("closed")) {
                    openAtClosing.add(people.openIntents(Side.ORIGIN));
                }
            });

            assertThat(people.openIntents(Side.ORIGIN))
                    .as("what is there to drain before the closing")
                    .isZero();
            coordinator.moveTo(Stage.LIVE);

            assertThat(openAtClosing)
                    .as("what would be lost by who drains first")
                    .containsExactly(1L);
            assertThat(people.rows(Side.TARGET)).containsExactly("1 a Ada", "2 b Bob");
        }
    }

    private static void longTransaction(JdbcMigration node, CountDownLatch written, CountDownLatch mayCommit) {
        try {
            node.inTransaction(() -> {
                People.inside(node, 2, "insert into person values (2, 'b', 'Bob')");
                written.countDown();
                mayCommit.await();
            });
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Test
    void aWayBackThatWouldNotWorkKeepsTheSwitchFromHappening() throws Exception {
        People people = peopleOf("1, 'a', 'Ada'");
        try (JdbcMigration node = people.readyToSwitch()) {
            people.run(Side.TARGET, "alter table dualwrite_journal rename to mislaid");
            assertThatThrownBy(() -> node.moveTo(Stage.LIVE))
                    .isInstanceOf(StageRefusedException.class)
                    .hasMessageContaining("could not be looked at");
            People.write(node, 2, "insert into person values (2, 'b', 'Bob')");

            people.run(Side.TARGET, "alter table mislaid rename to dualwrite_journal");
            node.moveTo(Stage.LIVE);
            People.write(node, 3, "insert into person values (3, 'c', 'Cid')");
            node.moveTo(Stage.SHADOW);
            assertThat(people.rows(Side.ORIGIN)).containsExactly("1 a Ada", "2 b Bob", "3 c Cid");
        }
    }

    @Test
    void aSwitchThatBreaksOffInTheMiddleSaysSoAndLeavesASideThatTakesWrites() throws Exception {
        People people = peopleOf("1, 'a', 'Ada'");
        people.readyToSwitch().close();
        try (JdbcMigration node = people.declare()
                .handover(HandoverSettings.defaults().withBudget(Duration.ofSeconds(1)))
                .build()) {
            node.refresh();
            node.listen(event -> {
                if (event instanceof HandoverStep step && step.step().equals("closed")) {
                    people.target.before().failAlways(FaultyDataSource.connectionLost());
                }
            });
            assertThatThrownBy(() -> node.moveTo(Stage.LIVE))
                    .isInstanceOfAny(StageRefusedException.class, ControlException.class);

            People.write(node, 2, "insert into person values (2, 'b', 'Bob')");
            assertThat(people.rows(Side.ORIGIN)).containsExactly("1 a Ada", "2 b Bob");
        }
        people.target.before().heal();
        try (JdbcMigration node = people.node()) {
            node.moveTo(Stage.LIVE);
            assertThat(people.rows(Side.TARGET)).containsExactly("1 a Ada", "2 b Bob");
        }
    }

    @Test
    void aSwitchThatBreaksOffAfterTheDecisionSaysSoAndIsEndedByAnybody() throws Exception {
        People people = peopleOf("1, 'a', 'Ada'");
        people.readyToSwitch().close();
        try (JdbcMigration node = people.declare().listener(events::add).build()) {
            node.refresh();
            node.listen(event -> {
                if (event instanceof HandoverStep step && step.step().equals("ceded")) {
                    people.target.before().failAlways(FaultyDataSource.connectionLost());
                }
            });
            assertThatThrownBy(() -> node.moveTo(Stage.LIVE)).isInstanceOf(ControlException.class);
            assertThat(events).hasAtLeastOneElementOfType(HandoverStuck.class);
        }
        people.target.before().heal();
        try (JdbcMigration anybody = people.node()) {
            anybody.refresh();
            assertThat(anybody.stage()).isEqualTo(Stage.LIVE);
            People.write(anybody, 2, "insert into person values (2, 'b', 'Bob')");
            anybody.moveTo(Stage.SHADOW);
        }
        assertThat(people.rows(Side.ORIGIN)).containsExactly("1 a Ada", "2 b Bob");
    }

    @Test
    void anotherCollationMakesNoPhantomDifferences() throws Exception {
        record Tag(String id) {}
        People people = People.of();
        people.run(Side.TARGET, "drop all objects", "set collation english strength primary");
        String table = "create table tag (id varchar(20) primary key)";
        String tags = "insert into tag values ('B'), ('a'), ('c'), ('\u00e4x'), ('Zoe'), ('d')";
        people.run(Side.ORIGIN, table, tags);
        people.run(Side.TARGET, table, tags);
        String inItsOrder = "select id from tag order by id";
        assertThat(people.rows(Side.TARGET, inItsOrder))
                .as("what a merge in each database's own order goes by")
                .isNotEqualTo(people.rows(Side.ORIGIN, inItsOrder));

        try (JdbcMigration node = people.declare()
                .records(Jdbc.table("tag", Tag.class, String.class).key(Tag::id))
                .adoptTarget(true)
                .build()) {
            people.run(Side.TARGET, "create table person (id bigint primary key, " + MANY + ")");
            node.moveTo(Stage.DUAL_WRITE);
            node.backfill();
            node.moveTo(Stage.SHADOW);
            VerifyReport report = node.verify(VerifyPolicy.REPORT);
            assertThat(report.candidates()).isZero();
            assertThat(report.isClean()).isTrue();
            assertThat(report.rows().target()).isEqualTo(6);
        }
    }

    @Test
    void resumingFromAnOldCheckpointRaisesNoFalseAlarmForEver() throws Exception {
        People people = peopleOf("1, 'a', 'v1'", "2, 'b', 'v1'", "3, 'c', 'v1'");
        try (JdbcMigration node = people.node()) {
            node.moveTo(Stage.DUAL_WRITE);
            node.backfill();
        }
        people.run(Side.TARGET, "update dualwrite_checkpoint set last_key = '1', rows_done = 1, done = false");
        People naive = new People(MANY, MANY);
        naive.run(Side.TARGET, "insert into person values (2, 'b', 'v1')", "set mode MySQL");
        naive.run(Side.TARGET, insertIgnore(2, "b", "v2"));
        assertThat(naive.rows(Side.TARGET)).as("INSERT IGNORE").containsExactly("2 b v1");

        try (JdbcMigration node = people.node()) {
            node.refresh();
            People.write(node, 2, "update person set name = 'v2' where id = 2");
            People.write(node, 3, "delete from person where id = 3");
            node.backfill();
            VerifyReport atOnce = node.verify(VerifyPolicy.STOP);
            assertThat(atOnce.confirmed()).isZero();
            assertThat(atOnce.isClean()).isTrue();
            assertThat(people.rows(Side.TARGET)).containsExactly("1 a v1", "2 b v2");
        }
    }

    @Test
    void theLastRowIsDeletedWhileTheCopyRunsAndTheCopyEnds() throws Exception {
        People people = peopleOf("1, 'a', 'Ada'", "2, 'b', 'Bob'", "9, 'z', 'Zoe'");
        try (JdbcMigration node = people.node()) {
            node.moveTo(Stage.DUAL_WRITE);
            people.beforeChunks(
                    () -> {},
                    () -> People.write(node, 9, "delete from person where id = 9"),
                    () -> People.write(node, 12, "insert into person values (12, 'm', 'Max')"));
            node.backfill();
            node.moveTo(Stage.SHADOW);
            assertThat(people.rows(Side.TARGET))
                    .isEqualTo(people.rows(Side.ORIGIN))
                    .containsExactly("1 a Ada", "2 b Bob", "12 m Max");
        }
    }

    @Test
    void checksumsThatCollideHideNoDifference() throws Exception {
        assertThat(crc("plumless")).as("two texts with one CRC32").isEqualTo(crc("buckeroo"));
        People people = peopleOf("1, 'plumless', 'x'", "2, 'b', 'x'", "3, 'c', 'y'");
        try (JdbcMigration node = people.readyToSwitch()) {
            people.run(
                    Side.TARGET,
                    "update person set email = 'buckeroo' where id = 1",
                    "update person set name = case id when 2 then 'y' else 'x' end where id in (2, 3)");
            assertThat(sumOfColumns(people, Side.TARGET))
                    .as("counts and the columns' checksums, folded with XOR")
                    .isEqualTo(sumOfColumns(people, Side.ORIGIN));

            assertThat(node.verify(VerifyPolicy.REPORT).kinds()).containsEntry(Kind.DIFFERENT, 3L);
            node.verify(VerifyPolicy.REPAIR);
            assertThat(people.rows(Side.TARGET)).isEqualTo(people.rows(Side.ORIGIN));
        }
    }

    private static List<Long> sumOfColumns(People people, Side side) {
        List<String> rows = people.rows(side);
        List<Long> sums = new ArrayList<>(List.of((long) rows.size()));
        for (int column = 0; column < 3; column++) {
            int at = column;
            sums.add(rows.stream().map(row -> crc(row.split(" ")[at])).reduce(0L, (one, other) -> one ^ other));
        }
        return sums;
    }

    private static long crc(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return crc.getValue();
    }

    @Test
    void valuesWithTheSeparatorInsideAreNotTakenForEachOther() throws Exception {
        People people = peopleOf("1, 'a#b', 'c'", "2, null, 'd'", "3, '', 'e'");
        try (JdbcMigration node = people.readyToSwitch()) {
            people.run(
                    Side.TARGET,
                    "update person set email = 'a', name = 'b#c' where id = 1",
                    "update person set email = 'd', name = null where id = 2",
                    "update person set email = null where id = 3");
            String joined = "select concat_ws('#', id, email, name) from person where id < 3 order by id";
            assertThat(people.rows(Side.TARGET, joined)).isEqualTo(people.rows(Side.ORIGIN, joined));

            assertThat(node.verify(VerifyPolicy.REPORT).kinds()).containsEntry(Kind.DIFFERENT, 3L);
        }
    }

    @Test
    void theMomentDualWriteIsSwitchedOnLosesNoRow() throws Exception {
        People people = peopleOf();
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch mayCommit = new CountDownLatch(1);
        CompletableFuture<Void> writer = new CompletableFuture<>();
        try (JdbcMigration other = people.node();
                JdbcMigration coordinator = people.waiting(() -> {
                    mayCommit.countDown();
                    writer.join();
                })) {
            other.start();
            new Thread(() -> writer.completeAsync(
                            () -> {
                                longTransaction(other, written, mayCommit);
                                return null;
                            },
                            Runnable::run))
                    .start();
            assertThat(written.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(people.rows(Side.ORIGIN))
                    .as("what a copy that begins now would see")
                    .isEmpty();

            coordinator.moveTo(Stage.DUAL_WRITE);
            assertThat(people.rows(Side.ORIGIN)).as("when the step is made").containsExactly("2 b Bob");
            coordinator.backfill();

            assertThat(people.rows(Side.TARGET)).containsExactly("2 b Bob");
        }
    }

    @Test
    void aRecordDeletedAfterItWasListedIsNotRevived() throws Exception {
        People people = peopleOf("1, 'a', 'Ada'", "2, 'b', 'Bob'");
        try (JdbcMigration node = people.node()) {
            node.moveTo(Stage.DUAL_WRITE);
            List<String> listed = people.rows(Side.ORIGIN);
            // Both sides have been listed when the target is connected to for the second time: the transfer begins.
            people.beforeChunks(
                    () -> {},
                    () -> people.beforeTargetIsReached(
                            () -> {}, () -> People.write(node, 2, "delete from person where id = 2")));
            assertThat(node.backfill().rows()).as("listed").isEqualTo(2);
            assertThat(listed)
                    .as("what would be written by who writes what was listed")
                    .contains("2 b Bob");
            assertThat(people.rows(Side.TARGET)).containsExactly("1 a Ada");
        }
    }

    @Test
    void aFlagThatIsDeletedAtTheEndSendsNoWriteBack() throws Exception {
        AtomicReference<StageSource> flag = new AtomicReference<>(() -> Stage.COMPLETE);
        People people = peopleOf("1, 'a', 'Ada'");
        people.readyToSwitch().close();
        try (JdbcMigration node = people.declare()
                .stage(() -> flag.get().wish())
                .listener(events::add)
                .build()) {
            node.approve(Stage.COMPLETE, "these tests");
            node.refresh();
            assertThat(node.stage()).isEqualTo(Stage.COMPLETE);
            List<StageSource> answers = List.of(
                    () -> null,
                    () -> {
                        throw new IllegalStateException("no such flag");
                    },
                    () -> Stage.OFF);
            for (int at = 0; at < answers.size(); at++) {
                flag.set(answers.get(at));
                node.refresh();
                People.write(node, 2 + at, "insert into person values (" + (2 + at) + ", 'new', 'new')");
            }

            assertThat(node.stage()).isEqualTo(Stage.COMPLETE);
            assertThat(people.rows(Side.TARGET)).hasSize(4);
            assertThat(people.rows(Side.ORIGIN)).containsExactly("1 a Ada");
        }
    }

    @Test
    void aFlagThatCannotBeReadDoesNotEndDualWrite() throws Exception {
        AtomicReference<StageSource> flag = new AtomicReference<>(() -> Stage.DUAL_WRITE);
        People people = peopleOf();
        try (JdbcMigration node = people.declare()
                .stage(() -> flag.get().wish())
                .listener(events::add)
                .build()) {
            node.refresh();
            assertThat(node.stage()).isEqualTo(Stage.DUAL_WRITE);
            flag.set(() -> {
                throw new IllegalStateException("the flags' server does not answer");
            });
            node.refresh();
            People.write(node, 1, "insert into person values (1, 'a', 'Ada')");

            assertThat(node.stage()).isEqualTo(Stage.DUAL_WRITE);
            assertThat(people.openIntents(Side.ORIGIN)).isEqualTo(1);
            assertThat(events).hasAtLeastOneElementOfType(FlagFailed.class);
        }
    }

    @Test
    void aSecondWriteThatFailedIsRememberedByWhoeverComesNext() throws Exception {
        People people = peopleOf();
        people.readyToSwitch().close();
        try (JdbcMigration node = people.node()) {
            node.refresh();
            people.target.before().failAlways(FaultyDataSource.connectionLost());
            People.write(node, 1, "insert into person values (1, 'a', 'Ada')");
        }
        people.target.before().heal();
        try (JdbcMigration next = people.node()) {
            next.start();
            assertThat(next.awaitDrained(Duration.ofSeconds(30))).isTrue();
        }
        assertThat(people.rows(Side.TARGET)).containsExactly("1 a Ada");
    }

    @Test
    void keysThatTheOldSideHasGivenOutAreNotGivenOutAgain() throws Exception {
        record Ticket(Long id) {}
        People people = peopleOf();
        for (Side side : Side.values()) {
            people.run(
                    side,
                    "create table ticket (id bigint " + engines.of(side).numbered()
                            + " primary key, name varchar(20))");
        }
        people.run(Side.ORIGIN, "insert into ticket (name) values ('1st'), ('2nd'), ('3rd')");
        people.run(Side.ORIGIN, "delete from ticket where id = 3");
        Table<Ticket, Long> tickets =
                Jdbc.table("ticket", Ticket.class, Long.class).key(Ticket::id).identity();
        try (JdbcMigration node = people.declare().records(tickets).build()) {
            node.moveTo(Stage.DUAL_WRITE);
            node.backfill();
            node.moveTo(Stage.SHADOW);
            node.verify(VerifyPolicy.REPORT);
            node.moveTo(Stage.LIVE);
            assertThat(node.view().target().role()).isEqualTo(Role.AUTHORITY);
        }
        people.run(Side.TARGET, "insert into ticket (name) values ('next')");
        assertThat(people.rows(Side.TARGET, "select id from ticket where name = 'next'").stream()
                        .mapToLong(Long::parseLong))
                .allMatch(id -> id > 3);
    }

    private static String insertIgnore(long id, String email, String name) {
        return "insert ignore into person values (" + id + ", '" + email + "', '" + name + "')";
    }
}
