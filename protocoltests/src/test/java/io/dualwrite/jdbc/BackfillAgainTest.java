package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A backfill that was killed, is resumed more than once from one checkpoint, or runs on several nodes: the same result. */
@Timeout(120)
class BackfillAgainTest {
    private static final String COLUMNS = "email varchar(20), name varchar(20)";
    private static final int PEOPLE = 9;

    /** People on the origin, and on the target two that nobody knows and one as he was. */
    private static People people(NewDatabase databases) {
        People people = new People(Sides.each(side -> databases.create()), COLUMNS, COLUMNS);
        for (int id = 1; id <= PEOPLE; id++) {
            people.with("%d, 'mail %d', 'v1'".formatted(id, id));
        }
        people.run(
                Side.TARGET,
                "insert into person values (-5, 'nobody', 'left over'), (50, 'nobody', 'left over'), (4, 'old', 'v0')");
        return people;
    }

    private static JdbcMigration node(People people) {
        return people.declare().adoptTarget(true).build();
    }

    @ParameterizedTest
    @CsvSource({"H2, 5", "POSTGRES, 59"})
    void killedAtAnyStatementAndResumedTwiceFromTheSameCheckpointItEndsTheSame(NewDatabase databases, int step)
            throws Exception {
        dieAtEvery(step, databases);
    }

    @ParameterizedTest
    @CsvSource({"H2, 1", "POSTGRES, 13", "MARIADB, 13"})
    @Timeout(600)
    @Tag("matrix")
    void soItDoesAtTheStatementsBetween(NewDatabase databases, int step) throws Exception {
        dieAtEvery(step, databases);
    }

    /** The first process dies at the first statement that it has for the target, then at one so many further on, and so on. */
    private static void dieAtEvery(int step, NewDatabase databases) throws Exception {
        int deaths = 0;
        boolean died = true;
        for (int statement = 1; died; statement += step) {
            People people = people(databases);
            try (JdbcMigration first = node(people)) {
                first.moveTo(Stage.DUAL_WRITE);
                people.target.before().failOn(statement, () -> new StackOverflowError("killed"));
                first.backfill();
                died = false;
            } catch (StackOverflowError killed) {
                deaths++;
            }
            people.target.before().heal();
            List<String> checkpoint = checkpoints(people);

            resume(people);
            assertThat(people.rows(Side.TARGET)).isEqualTo(people.rows(Side.ORIGIN));
            // Whoever had read the checkpoint before all this begins there, and the world has moved on.
            restore(people, checkpoint);
            try (JdbcMigration node = node(people)) {
                node.refresh();
                People.write(node, 2, "update person set name = 'v2' where id = 2");
                People.write(node, PEOPLE, "delete from person where id = " + PEOPLE);
                People.write(node, 60, "insert into person values (60, 'new', 'v1')");
            }
            resume(people);
            try (JdbcMigration node = node(people)) {
                node.start();
                assertThat(node.awaitDrained(Duration.ofSeconds(30))).isTrue();
                node.moveTo(Stage.SHADOW);
                assertThat(node.verify(VerifyPolicy.REPORT).isClean()).isTrue();
            }
            assertThat(people.rows(Side.TARGET)).isEqualTo(people.rows(Side.ORIGIN));
        }
        assertThat(deaths).as("in the middle of it").isGreaterThan(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"H2", "POSTGRES"})
    void severalAtOnceEndWithTheSameAsOne(NewDatabase databases) throws Exception {
        runThreeTimes(databases);
    }

    @Test
    @Tag("matrix")
    void soDoSeveralOnMariaDb() throws Exception {
        runThreeTimes(NewDatabase.MARIADB);
    }

    private static void runThreeTimes(NewDatabase databases) throws Exception {
        People people = people(databases);
        List<JdbcMigration> nodes =
                IntStream.range(0, 3).mapToObj(number -> node(people)).toList();
        try {
            nodes.get(0).moveTo(Stage.DUAL_WRITE);
            CyclicBarrier together = new CyclicBarrier(nodes.size());
            List<CompletableFuture<Long>> runs = new ArrayList<>();
            for (JdbcMigration node : nodes) {
                runs.add(inBackground(() -> {
                    together.await();
                    return node.backfill().rows();
                }));
            }
            for (CompletableFuture<Long> run : runs) {
                assertThat(run.get(60, TimeUnit.SECONDS)).isPositive();
            }
            assertThat(people.rows(Side.TARGET))
                    .isEqualTo(people.rows(Side.ORIGIN))
                    .hasSize(PEOPLE);
            nodes.get(1).moveTo(Stage.SHADOW);
            assertThat(nodes.get(2).verify(VerifyPolicy.REPORT).isClean()).isTrue();
        } finally {
            nodes.forEach(JdbcMigration::close);
        }
    }

    @Test
    void aNodeThatStoodStillInAChunkUndoesNothingThatOthersHaveDoneSince() throws Exception {
        People people = people(NewDatabase.H2);
        CountDownLatch asleep = new CountDownLatch(1);
        CountDownLatch awake = new CountDownLatch(1);
        try (JdbcMigration sleeper = node(people);
                JdbcMigration other = node(people)) {
            other.moveTo(Stage.DUAL_WRITE);
            // Both sides have been listed; the second connection to the target is the chunk's transaction.
            people.beforeChunks(
                    () -> {},
                    () -> people.beforeTargetIsReached(() -> {}, () -> {
                        asleep.countDown();
                        await(awake);
                    }));
            CompletableFuture<Long> slow = inBackground(() -> sleeper.backfill().rows());
            await(asleep);
            other.backfill();
            People.write(other, 1, "update person set name = 'v2' where id = 1");
            People.write(other, 2, "delete from person where id = 2");
            other.start();
            assertThat(other.awaitDrained(Duration.ofSeconds(30))).isTrue();
            other.moveTo(Stage.SHADOW);

            awake.countDown();
            slow.get(60, TimeUnit.SECONDS);

            assertThat(people.rows(Side.TARGET))
                    .isEqualTo(people.rows(Side.ORIGIN))
                    .hasSize(PEOPLE - 1);
            assertThat(other.verify(VerifyPolicy.REPORT).confirmed()).isZero();
            assertThat(other.obstacles(Stage.LIVE))
                    .as("the end of the backfill is not taken back")
                    .noneMatch(reason -> reason.contains("backfill"));
        }
    }

    private static void resume(People people) throws InterruptedException {
        try (JdbcMigration node = node(people)) {
            node.backfill();
        }
    }

    private static List<String> checkpoints(People people) {
        return people.rows(
                Side.TARGET,
                "select coalesce(last_key, 'none'), rows_done, done from dualwrite_checkpoint"
                        + " where job = 'backfill'");
    }

    private static void restore(People people, List<String> checkpoint) {
        people.run(Side.TARGET, "delete from dualwrite_checkpoint where job = 'clean-pass'");
        if (checkpoint.isEmpty()) {
            people.run(Side.TARGET, "delete from dualwrite_checkpoint where job = 'backfill'");
            return;
        }
        String[] saved = checkpoint.get(0).split(" ");
        String key = saved[0].equals("none") ? "null" : "'" + saved[0] + "'";
        people.run(
                Side.TARGET,
                "update dualwrite_checkpoint set last_key = %s, rows_done = %s, done = false where job = 'backfill'"
                        .formatted(key, saved[1]));
    }

    private static <T> CompletableFuture<T> inBackground(Callable<T> work) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return work.call();
                    } catch (Exception failure) {
                        throw new IllegalStateException(failure);
                    }
                },
                task -> new Thread(task).start());
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("Nobody came");
            }
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }
}
