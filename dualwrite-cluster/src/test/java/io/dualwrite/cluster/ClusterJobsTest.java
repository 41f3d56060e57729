package io.dualwrite.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.testhelper.ManualScheduler;
import io.dualwrite.cluster.Fleet.Engine;
import io.dualwrite.cluster.Fleet.Node;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.repair.Part;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class ClusterJobsTest {
    private static final int ENTRIES = 40;
    private static final Duration LONG = Duration.ofHours(2);

    @ParameterizedTest
    @EnumSource
    void aPartOfALostNodeIsGoneOnWithByAnotherAndTheLostOneMayComeBack(Engine engine) throws Exception {
        try (Fleet fleet = new Fleet(engine, ENTRIES)) {
            Node lost = fleet.node();
            Node other = fleet.node();
            lost.migration.moveTo(Stage.DUAL_WRITE);
            ManualScheduler ofTheLost = lost.byHand();
            ManualScheduler ofTheOther = other.byHand();
            assertThat(lost.jobs.backfill(ofTheLost)).hasSize(Fleet.RANGES);
            assertThat(other.jobs.backfill(ofTheOther))
                    .as("all being worked off")
                    .isEmpty();
            CountDownLatch asleep = new CountDownLatch(1);
            CountDownLatch awake = new CountDownLatch(1);
            lost.inChunk(3, () -> {
                asleep.countDown();
                await(awake);
            });
            fleet.later(Duration.ofSeconds(1));
            Thread sleeper = new Thread(ofTheLost::runAnyDueExecutions);
            sleeper.start();
            await(asleep);

            ofTheOther.runAnyDueExecutions();
            assertThat(fleet.left("backfill")).as("what the lost node is at").isEqualTo(1);
            assertThat(other.migration.obstacles(Stage.SHADOW)).anyMatch(reason -> reason.contains("backfill"));
            fleet.later(LONG);
            ofTheOther.runDeadExecutionDetection();
            ofTheOther.runAnyDueExecutions();

            assertThat(fleet.left("backfill")).isZero();
            assertThat(fleet.entries(Side.TARGET))
                    .isEqualTo(fleet.entries(Side.ORIGIN))
                    .hasSize(ENTRIES);
            other.migration.moveTo(Stage.SHADOW);
            awake.countDown();
            sleeper.join();
            assertThat(fleet.entries(Side.TARGET)).isEqualTo(fleet.entries(Side.ORIGIN));
            assertThat(other.migration.verify(VerifyPolicy.REPORT).isClean()).isTrue();
            assertThat(other.jobs.backfill(ofTheOther)).as("what is left").isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void nodesWorkEverythingOffTogether(Engine engine) throws Exception {
        List<Scheduler> schedulers = new ArrayList<>();
        try (Fleet fleet = new Fleet(engine, ENTRIES)) {
            List<Node> nodes = List.of(fleet.node(), fleet.node(), fleet.node());
            for (Node node : nodes) {
                node.migration.start();
                Scheduler scheduler = node.threads();
                schedulers.add(scheduler);
            }
            Node first = nodes.get(0);
            first.migration.moveTo(Stage.DUAL_WRITE);
            nodes.forEach(node -> node.migration.refresh());
            assertThat(first.jobs.verify(schedulers.get(0)))
                    .as("before the backfill has ended there is nothing to verify")
                    .isEmpty();
            first.jobs.backfill(schedulers.get(0));
            // Each is in a part of its own before any of them goes on.
            CountDownLatch together = new CountDownLatch(nodes.size());
            for (Node node : nodes) {
                node.inChunk(1, () -> {
                    together.countDown();
                    await(together);
                });
            }
            schedulers.forEach(Scheduler::start);
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> fleet.left("backfill") == 0);
            assertThat(fleet.entries(Side.TARGET)).isEqualTo(fleet.entries(Side.ORIGIN));
            first.migration.moveTo(Stage.SHADOW);
            nodes.forEach(node -> node.migration.refresh());

            Fleet.run(fleet.databases.target(), "update entry set text = 'spoilt' where id in (1, 20)");
            assertThat(nodes.get(1).jobs.verify(schedulers.get(1))).hasSize(Fleet.RANGES);
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> fleet.left("verify") == 0);
            assertThat(fleet.entries(Side.TARGET)).as("repaired").isEqualTo(fleet.entries(Side.ORIGIN));
            assertThat(first.migration.obstacles(Stage.LIVE)).anyMatch(reason -> reason.contains("no clean"));
            nodes.get(2).jobs.verify(schedulers.get(2));
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> fleet.left("verify") == 0);
            first.migration.moveTo(Stage.LIVE);
        } finally {
            schedulers.forEach(Scheduler::stop);
        }
    }

    @Test
    void aNodeThatStopsHandsItsPartOn() throws Exception {
        try (Fleet fleet = new Fleet(Engine.H2, ENTRIES)) {
            Node stopping = fleet.node();
            Node other = fleet.node();
            stopping.migration.moveTo(Stage.DUAL_WRITE);
            ManualScheduler ofTheStopping = stopping.byHand();
            ManualScheduler ofTheOther = other.byHand();
            stopping.jobs.backfill(ofTheStopping);
            stopping.inChunk(2, () -> Thread.currentThread().interrupt());
            fleet.later(Duration.ofSeconds(1));
            Thread thread = new Thread(() -> {
                ofTheStopping.runAnyDueExecutions();
            });
            thread.start();
            thread.join();
            assertThat(fleet.left("backfill")).as("the one it was at").isEqualTo(1);

            fleet.later(Duration.ofSeconds(10));
            ofTheOther.runAnyDueExecutions();

            assertThat(fleet.left("backfill")).isZero();
            assertThat(other.migration.obstacles(Stage.SHADOW)).isEmpty();
            assertThat(fleet.entries(Side.TARGET)).isEqualTo(fleet.entries(Side.ORIGIN));
        }
    }

    @Test
    void theRecurringVerificationIsBegunByOneNodeAndDoneByAll() throws Exception {
        try (Fleet fleet = new Fleet(Engine.H2, ENTRIES)) {
            Node one = fleet.node();
            Node other = fleet.node();
            one.migration.start();
            other.migration.start();
            one.migration.moveTo(Stage.DUAL_WRITE);
            one.migration.backfill();
            one.migration.moveTo(Stage.SHADOW);
            other.migration.refresh();
            ManualScheduler ofOne = one.byHand();
            ManualScheduler ofTheOther = other.byHand();
            ofOne.start();
            ofTheOther.start();
            assertThat(fleet.left("verify-all")).isEqualTo(1);

            fleet.later(Duration.ofSeconds(1));
            ofOne.runAnyDueExecutions();
            assertThat(fleet.left("verify")).isEqualTo(Fleet.RANGES);
            assertThat(other.jobs.verify(ofTheOther)).as("one round at a time").isEmpty();
            assertThat(one.migration.obstacles(Stage.LIVE)).anyMatch(reason -> reason.contains("no clean"));
            fleet.later(Duration.ofSeconds(1));
            ofTheOther.runAnyDueExecutions();
            assertThat(fleet.left("verify")).isZero();
            assertThat(one.migration.obstacles(Stage.LIVE)).noneMatch(reason -> reason.contains("no clean"));

            fleet.later(LONG);
            ofTheOther.runAnyDueExecutions();
            assertThat(fleet.left("verify")).as("the next round").isEqualTo(Fleet.RANGES);
        }
    }

    @Test
    void aPartThatFailsIsTriedAgainByWhoeverComesFirst() throws Exception {
        try (Fleet fleet = new Fleet(Engine.H2, ENTRIES)) {
            Node node = fleet.node();
            ManualScheduler scheduler = node.byHand();
            node.migration.moveTo(Stage.DUAL_WRITE);
            List<Part> parts = node.jobs.backfill(scheduler);
            node.migration.moveTo(Stage.OFF);
            fleet.later(Duration.ofSeconds(1));
            scheduler.runAnyDueExecutions();
            assertThat(fleet.left("backfill")).as("no copy follows now").isEqualTo(parts.size());

            node.migration.moveTo(Stage.DUAL_WRITE);
            fleet.later(Duration.ofSeconds(1));
            scheduler.runAnyDueExecutions();

            assertThat(fleet.left("backfill"))
                    .as("of a generation that is over nothing is left to do")
                    .isZero();
            assertThat(fleet.entries(Side.TARGET)).isEmpty();
            node.jobs.backfill(scheduler);
            fleet.later(Duration.ofSeconds(1));
            scheduler.runAnyDueExecutions();
            assertThat(fleet.entries(Side.TARGET)).hasSize(ENTRIES);
        }
    }

    @Test
    void aNameThatDoesNotFitTheSchedulersTableIsRefused() {
        JdbcDataSource one = new JdbcDataSource();
        JdbcDataSource other = new JdbcDataSource();
        assertThatThrownBy(() -> ClusterJobs.of(Jdbc.migration("m".repeat(99), one, other)
                        .records(Fleet.ENTRIES)
                        .build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a shorter name");
        assertThatThrownBy(() -> ClusterSettings.defaults().withPolicy(VerifyPolicy.STOP))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ClusterSettings.defaults().withRetry(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
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
