package io.dualwrite.control.ramp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dualwrite.control.TwoDatabases;
import io.dualwrite.control.evidence.Budget;
import io.dualwrite.control.evidence.Evidence;
import io.dualwrite.control.ramp.Ruling.Verdict;
import io.dualwrite.control.ramp.Shop.Behaviour;
import io.dualwrite.event.MigrationEvent.FellBack;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.stage.Stage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RampControlTest {
    private static final RampStep HALF = new RampStep(50, Duration.ofMinutes(1), Duration.ofHours(6), 10);
    private static final RampStep MORE = new RampStep(75, Duration.ofMinutes(1), Duration.ofHours(6), 10);
    private static final RampPlan PLAN =
            RampPlan.defaults().withSteps(List.of(HALF, MORE)).withGates(List.of(Gate.errors(0.05)));

    private final MemoryRampStore memory = new MemoryRampStore();
    private final List<RampEvent> events = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private Shop shop;
    private RampControl ramp;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private void open(double shadowSample, RampPlan plan) throws Exception {
        open(shadowSample, plan, memory);
    }

    private void open(double shadowSample, RampPlan plan, RampStore store) throws Exception {
        shop = new Shop(shadowSample);
        ramp = RampControl.byHand(
                shop.items.migration(), plan, store, shop.settings("n1").withListener(events::add));
        open.add(ramp);
        open.add(shop);
        ramp.look();
    }

    private void begin() throws Exception {
        ramp.begin("ann");
        ramp.look();
        assertThat(ramp.state().phase()).isEqualTo(RampPhase.RAMPING);
    }

    private int targetReadsOf(Runnable work) {
        int before = shop.targetReads.get();
        work.run();
        return shop.targetReads.get() - before;
    }

    @Test
    void goesUpStepByStepOnEvidenceAndWritesDownWhoAndWhyAndOnWhat() throws Exception {
        open(0, PLAN);
        assertThat(targetReadsOf(() -> shop.read(100))).isZero();
        begin();
        assertThat(targetReadsOf(() -> shop.read(1_000))).isBetween(400, 600);
        ramp.look();
        assertThat(ramp.state().percent()).isEqualTo(50);
        assertThat(ramp.needs()).containsExactly("the step lasts PT1M at least");
        shop.later(Duration.ofMinutes(1));
        ramp.look();
        assertThat(ramp.state().percent()).isEqualTo(75);
        assertThat(targetReadsOf(() -> shop.read(1_000))).isBetween(650, 850);
        shop.later(Duration.ofMinutes(1));
        ramp.look();
        assertThat(ramp.state().phase()).isEqualTo(RampPhase.FULL);
        assertThat(ramp.audit()).extracting(RampEntry::who).containsExactly("ann", "n1", "n1");
        assertThat(ramp.audit().get(1))
                .satisfies(entry -> assertThat(entry.evidence()).contains("errors PASS: 0 of "))
                .satisfies(entry -> assertThat(entry.toPercent()).isEqualTo(75));
        assertThat(events).hasAtLeastOneElementOfType(RampEvent.Moved.class);
    }

    @Test
    void noDataNeverPromotesAndIsHeldForAPersonAfterTheMaximum() throws Exception {
        open(0, PLAN);
        begin();
        for (int hour = 0; hour < 5; hour++) {
            shop.later(Duration.ofHours(1));
            ramp.look();
            assertThat(ramp.state().phase()).isEqualTo(RampPhase.RAMPING);
            assertThat(ramp.state().percent()).isEqualTo(50);
        }
        shop.later(Duration.ofHours(1));
        ramp.look();
        assertThat(ramp.state().phase()).isEqualTo(RampPhase.HELD);
        assertThat(ramp.state().percent()).isEqualTo(50);
        assertThat(ramp.rulings()).extracting(Ruling::verdict).containsExactly(Verdict.INCONCLUSIVE);
    }

    @Test
    void theFifthFailureInARowSendsEveryFurtherReadOfThisProcessToTheSource() throws Exception {
        // A budget so wide that nothing else trips first.
        open(0, PLAN.withGates(List.of(Gate.errors(0.3))));
        begin();
        shop.behaviour = Behaviour.FAILS;
        int failed = 0;
        for (long id = 0; id < Shop.RECORDS && events.stream().noneMatch(RampEvent.Tripped.class::isInstance); id++) {
            int before = shop.targetReads.get();
            assertThat(shop.items.find(id).text()).isEqualTo("text");
            failed += shop.targetReads.get() > before ? 1 : 0;
        }
        assertThat(failed).isEqualTo(5);
        assertThat(targetReadsOf(() -> shop.read(500))).isZero();
        assertThat(memory.read("shop").phase())
                .as("nobody has told the fleet yet")
                .isEqualTo(RampPhase.RAMPING);
        ramp.look();
        assertThat(memory.read("shop").phase()).isEqualTo(RampPhase.ROLLED_BACK);
        assertThat(ramp.audit().get(1).why()).contains("tripped on n1").contains("5 failures in a row");
        assertThat(targetReadsOf(() -> shop.read(500))).isZero();
    }

    @Test
    void whatBothSidesThrowSaysNothingAboutTheCopy() throws Exception {
        open(0, PLAN);
        begin();
        shop.behaviour = Behaviour.FAILS;
        shop.originFails = true;
        int thrown = 0;
        for (long id = 0; id < 4; id++) {
            try {
                shop.items.find(id);
            } catch (IllegalStateException noSuchItem) {
                thrown++;
            }
        }
        assertThat(thrown).isPositive();
        ramp.look();
        assertThat(ramp.state().phase()).isEqualTo(RampPhase.RAMPING);
        assertThat(ramp.rulings().get(0).evidence().bad()).isZero();
    }

    @Test
    void readsThatAreOnlyShadowedCountAndTripTheWireToo() throws Exception {
        RampStep small = new RampStep(1, Duration.ofMinutes(1), Duration.ofHours(6), 10);
        open(1, PLAN.withSteps(List.of(small, MORE)));
        shop.behaviour = Behaviour.FAILS;
        await().until(() -> {
            shop.items.find(1L);
            ramp.look();
            return ramp.rulings().get(0).evidence().bad() > 0;
        });
        begin();
        AtomicInteger ramped = new AtomicInteger();
        shop.items.migration().listen(event -> ramped.addAndGet(event instanceof FellBack ? 1 : 0));
        await().until(() -> {
            shop.items.find(1L);
            return events.stream().anyMatch(RampEvent.Tripped.class::isInstance);
        });
        assertThat(ramped).as("at 1 percent this key is answered by the source").hasValue(0);
    }

    @Test
    void anOpenBreakerTripsTheWire() throws Exception {
        open(0, PLAN);
        begin();
        shop.breaker.transitionToOpenState();
        await().until(() -> events.contains(new RampEvent.Tripped("the breaker around the copy opened")));
        shop.breaker.transitionToClosedState();
        assertThat(targetReadsOf(() -> shop.read(500))).isZero();
        ramp.look();
        assertThat(ramp.state().phase()).isEqualTo(RampPhase.ROLLED_BACK);
    }

    @Test
    void aTrippedWireStaysTrippedUntilTheFleetHasGoneBack() throws Exception {
        AtomicInteger outage = new AtomicInteger();
        open(0, PLAN, new FailingStore(memory, outage));
        begin();
        shop.behaviour = Behaviour.FAILS;
        shop.read(100);
        outage.set(FailingStore.NO_CHANGE);
        assertThatThrownBy(ramp::look).isInstanceOf(SQLException.class);
        assertThat(memory.read("shop").percent()).isEqualTo(50);
        assertThat(targetReadsOf(() -> shop.read(500))).isZero();
        outage.set(0);
        ramp.look();
        assertThat(memory.read("shop").phase()).isEqualTo(RampPhase.ROLLED_BACK);
    }

    @Test
    void aCopyThatLiesTripsTheWire() throws Exception {
        open(1, PLAN.withGate(Gate.mismatches(0.05)));
        begin();
        shop.behaviour = Behaviour.LIES;
        await().until(() -> {
            shop.read(20);
            return events.stream().anyMatch(RampEvent.Tripped.class::isInstance);
        });
        ramp.look();
        assertThat(ramp.state().phase()).isEqualTo(RampPhase.ROLLED_BACK);
        assertThat(ramp.state().why()).contains("MISMATCHES");
    }

    @Test
    void aCopyThatIsSlowTripsTheWire() throws Exception {
        open(0, PLAN.withGates(List.of(Gate.slow(2, 0.05))));
        shop.read(1_000);
        ramp.look();
        begin();
        shop.behaviour = Behaviour.SLOW;
        for (int read = 0; read < 50 && events.stream().noneMatch(RampEvent.Tripped.class::isInstance); read++) {
            shop.read(20);
        }
        ramp.look();
        assertThat(ramp.state().phase()).isEqualTo(RampPhase.ROLLED_BACK);
        assertThat(ramp.state().why()).contains("SLOW");
    }

    @Test
    void completedOrdersThatDropRollBackWhileEveryReadIsRight() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Counter orders = registry.counter("orders.completed", "channel", "web");
        open(0, PLAN.withGate(Gate.drop("orders", new MeterReading(registry, "orders.completed"), 0.3)));
        for (int minute = 0; minute < 6; minute++) {
            orders.increment(100);
            shop.later(Duration.ofMinutes(1));
            ramp.look();
        }
        begin();
        orders.increment(100);
        shop.read(1_000);
        shop.later(Duration.ofMinutes(1));
        ramp.look();
        assertThat(ramp.state().percent())
                .as("orders come as before: %s", ramp.needs())
                .isEqualTo(75);
        for (int half = 0; half < 3; half++) {
            orders.increment(20);
            shop.read(200);
            shop.later(Duration.ofSeconds(30));
            ramp.look();
        }
        assertThat(ramp.state().phase()).isEqualTo(RampPhase.ROLLED_BACK);
        assertThat(ramp.state().why()).startsWith("orders FAIL");
        assertThat(ramp.rulings())
                .filteredOn(ruling -> ruling.gate().equals("errors"))
                .allSatisfy(ruling -> assertThat(ruling.evidence().bad()).isZero());
    }

    @Test
    void aMeterThatIsNotThereIsNoDataAndNoDataDoesNotPromote() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        open(0, PLAN.withGate(Gate.drop("orders", new MeterReading(registry, "orders.completed"), 0.3)));
        begin();
        shop.read(1_000);
        shop.later(Duration.ofMinutes(2));
        ramp.look();
        assertThat(ramp.state().percent()).isEqualTo(50);
        assertThat(ramp.needs()).anySatisfy(need -> assertThat(need).contains("orders INCONCLUSIVE: no data"));
    }

    @Test
    void aShareOfTheApplicationsOwnRollsBack() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        AtomicInteger payments = new AtomicInteger();
        open(0, PLAN.withGate(Gate.share("refused payments", refused::get, payments::get, 0.02)));
        begin();
        payments.addAndGet(500);
        refused.addAndGet(5);
        ramp.look();
        assertThat(ramp.state().phase()).isEqualTo(RampPhase.RAMPING);
        payments.addAndGet(100);
        refused.addAndGet(50);
        ramp.look();
        assertThat(ramp.state().why()).startsWith("refused payments FAIL");
    }

    @Test
    void aLevelBeyondItsBoundAtThreeLooksRollsBack() throws Exception {
        AtomicInteger logins = new AtomicInteger(50);
        open(0, PLAN.withGate(Gate.atLeast("logins a minute", logins::get, 40)));
        begin();
        logins.set(10);
        ramp.look();
        ramp.look();
        assertThat(ramp.state().phase()).isEqualTo(RampPhase.RAMPING);
        ramp.look();
        assertThat(ramp.state().why()).startsWith("logins a minute FAIL: 10.0 beside a bound of 40.0");
    }

    @Test
    void aGateThatThrowsFourTimesHoldsAndOneThatOnlyAdvisesDoesNot() throws Exception {
        Gate broken = Gate.atMost(
                "broken",
                () -> {
                    throw new SQLException("secret", "08001");
                },
                1);
        open(0, PLAN.withGate(broken));
        begin();
        for (int look = 1; look < 4; look++) {
            assertThat(ramp.state().phase()).isEqualTo(RampPhase.RAMPING);
            ramp.look();
        }
        assertThat(ramp.state().phase()).isEqualTo(RampPhase.HELD);
        assertThat(ramp.state().why()).contains("SQLException[08001]").doesNotContain("secret");
        close();
        open.clear();
        MemoryRampStore other = new MemoryRampStore();
        open(0, PLAN.withGate(broken.advisory()), other);
        begin();
        shop.read(1_000);
        shop.later(Duration.ofMinutes(1));
        ramp.look();
        assertThat(ramp.state().percent()).isEqualTo(75);
    }

    @Test
    void guardsAreArmedWhileItIsPausedAndAPauseKeepsTheShare() throws Exception {
        open(0, PLAN);
        begin();
        shop.read(1_000);
        ramp.pause("ann", "lunch");
        shop.later(Duration.ofHours(10));
        ramp.look();
        assertThat(ramp.state().phase()).isEqualTo(RampPhase.PAUSED);
        assertThat(targetReadsOf(() -> shop.read(1_000))).isPositive();
        shop.behaviour = Behaviour.FAILS;
        shop.read(100);
        ramp.look();
        assertThat(ramp.state().phase()).isEqualTo(RampPhase.ROLLED_BACK);
        assertThatThrownBy(() -> ramp.resume("ann")).hasMessageContaining("cools down for PT10M");
        shop.behaviour = Behaviour.GOOD;
        shop.later(Duration.ofMinutes(10));
        ramp.resume("ann");
        ramp.look();
        assertThat(ramp.state().percent()).isEqualTo(50);
    }

    @Test
    void abortingSendsThisNodesReadsToTheSourceAtOnceAndEvenWithoutTheStore() throws Exception {
        AtomicInteger outage = new AtomicInteger();
        open(0, PLAN, new FailingStore(memory, outage));
        begin();
        outage.set(1);
        assertThatThrownBy(() -> ramp.abort("ann", "enough")).isInstanceOf(SQLException.class);
        assertThat(targetReadsOf(() -> shop.read(500))).isZero();
        outage.set(0);
        ramp.look();
        assertThat(memory.read("shop").phase()).isEqualTo(RampPhase.ROLLED_BACK);
        assertThatThrownBy(() -> ramp.abort("ann", "again")).hasMessageContaining("to the source already");
    }

    @Test
    void aPersonsAbortIsNoRollback() throws Exception {
        open(0, PLAN);
        begin();
        ramp.abort("ann", "enough");
        assertThat(targetReadsOf(() -> shop.read(500))).isZero();
        ramp.look();
        assertThat(ramp.state().phase()).isEqualTo(RampPhase.OFF);
        begin();
        assertThat(targetReadsOf(() -> shop.read(500))).isPositive();
    }

    @Test
    void withoutItsStoreTheShareIsKeptForAWhileAndThenReadsGoToTheSource() throws Exception {
        AtomicInteger outage = new AtomicInteger();
        open(0, PLAN, new FailingStore(memory, outage));
        begin();
        outage.set(1);
        shop.later(Duration.ofSeconds(29));
        assertThatThrownBy(() -> ramp.look()).isInstanceOf(SQLException.class);
        assertThat(targetReadsOf(() -> shop.read(100))).isPositive();
        shop.later(Duration.ofSeconds(2));
        // No look needed, which may hang: the first answer of the copy that is too late is the last one.
        assertThat(targetReadsOf(() -> shop.read(500))).isEqualTo(1);
        assertThat(events).hasAtLeastOneElementOfType(RampEvent.Blind.class);
        shop.items.save(new Shop.Item(7L, "written meanwhile"));
        assertThat(shop.items.find(7L).text()).isEqualTo("written meanwhile");
        shop.later(Duration.ofHours(10));
        assertThat(memory.read("shop").percent()).isEqualTo(50);
        outage.set(0);
        ramp.look();
        assertThat(events).hasAtLeastOneElementOfType(RampEvent.SeesAgain.class);
        assertThat(targetReadsOf(() -> shop.read(100))).isPositive();
    }

    @Test
    void anotherStageEndsTheRampAndShadowAgainBeginsAtTheSource() throws Exception {
        open(0, PLAN);
        begin();
        shop.flag.set(Stage.DUAL_WRITE);
        await().until(() -> {
            shop.items.refresh();
            return shop.items.stage() == Stage.DUAL_WRITE;
        });
        shop.flag.set(Stage.SHADOW);
        await().until(() -> {
            shop.items.refresh();
            return shop.items.stage() == Stage.SHADOW;
        });
        assertThat(targetReadsOf(() -> shop.read(500))).isZero();
        ramp.look();
        assertThat(ramp.state().why()).contains("DUAL_WRITE");
        assertThat(ramp.state().phase()).isEqualTo(RampPhase.OFF);
    }

    @Test
    void aNodeWhoseMigrationHasNotStartedYetEndsNoRamp() throws Exception {
        open(0, PLAN);
        begin();
        try (TwoDatabases databases = new TwoDatabases(0);
                JdbcMigration slow = Jdbc.migration("shop", databases.origin, databases.target)
                        .records(Jdbc.table("item", TwoDatabases.Item.class, Long.class)
                                .key(TwoDatabases.Item::id))
                        .build();
                RampControl second = RampControl.byHand(slow, PLAN, memory, shop.settings("n2"))) {
            second.look();
            shop.later(PLAN.keepShare().multipliedBy(2));
            second.look();
            assertThat(memory.read("shop").phase()).isEqualTo(RampPhase.RAMPING);
        }
    }

    @Test
    void aRampDoesNotBeginBeforeShadow() throws Exception {
        open(0, PLAN);
        shop.flag.set(Stage.DUAL_WRITE);
        await().until(() -> {
            shop.items.refresh();
            return shop.items.stage() == Stage.DUAL_WRITE;
        });
        assertThatThrownBy(() -> ramp.begin("ann")).hasMessageContaining("at DUAL_WRITE");
    }

    @Test
    void closingSendsThisNodesReadsToTheSource() throws Exception {
        open(0, PLAN);
        begin();
        ramp.close();
        assertThat(targetReadsOf(() -> shop.read(500))).isZero();
        assertThat(memory.read("shop").percent()).isEqualTo(50);
    }

    @Test
    void theStepToAllReadsWaitsUntilPracticallyEveryReadIsShadowedOrSomebodyAnswersForIt() throws Exception {
        RampStep all = new RampStep(100, Duration.ofMinutes(1), Duration.ofHours(6), 10);
        RampPlan toAll = PLAN.withSteps(List.of(HALF, all));
        open(0, toAll);
        begin();
        shop.read(1_000);
        shop.later(Duration.ofMinutes(1));
        ramp.look();
        assertThat(ramp.state().percent()).isEqualTo(50);
        assertThat(ramp.needs()).singleElement().asString().contains("full load");
        close();
        open.clear();
        MemoryRampStore other = new MemoryRampStore();
        open(0, toAll.loadTestedBy("the load test of Tuesday"), other);
        begin();
        shop.read(1_000);
        shop.later(Duration.ofMinutes(1));
        ramp.look();
        assertThat(ramp.state().percent()).isEqualTo(100);
    }

    @Test
    void theStepToAllReadsWaitsWhileOnlyAPartOfThemIsShadowed() throws Exception {
        RampStep all = new RampStep(100, Duration.ofMinutes(1), Duration.ofHours(6), 10);
        open(0.5, PLAN.withSteps(List.of(HALF, all)).withGate(Gate.mismatches(0.3)));
        begin();
        await().until(() -> {
            shop.read(50);
            ramp.look();
            return ramp.rulings().get(1).evidence().all() >= 20;
        });
        shop.later(Duration.ofMinutes(1));
        ramp.look();
        assertThat(ramp.state().percent()).isEqualTo(50);
        assertThat(ramp.needs()).anySatisfy(need -> assertThat(need).contains("full load"));
    }

    @Test
    void anotherNodeThatHasNoDataHoldsTheRampUpUntilItIsGone() throws Exception {
        open(0, PLAN);
        begin();
        memory.report("shop", new NodeReport("n2", ramp.state().epoch(), 1, "orders INCONCLUSIVE: no data", Map.of()));
        shop.read(1_000);
        shop.later(Duration.ofMinutes(1));
        ramp.look();
        assertThat(ramp.needs()).containsExactly("n2: orders INCONCLUSIVE: no data");
        shop.later(Duration.ofSeconds(31));
        ramp.look();
        assertThat(ramp.state().percent()).isEqualTo(75);
    }

    @Test
    void whatNoNodeCouldTellByItselfAllOfThemTellTogether() throws Exception {
        open(0, PLAN);
        begin();
        // Each of them far too little for a ruling.
        for (int node = 2; node <= 40; node++) {
            memory.report(
                    "shop",
                    new NodeReport("n" + node, ramp.state().epoch(), 1, "", Map.of("errors", new Evidence(1, 4))));
        }
        ramp.look();
        assertThat(ramp.state().phase()).isEqualTo(RampPhase.ROLLED_BACK);
        assertThat(ramp.state().why()).startsWith("errors FAIL: 39 of 156");
        shop.later(PLAN.coolDown());
        ramp.resume("ann");
        ramp.look();
        assertThat(ramp.state().phase()).as("what failed before is over").isEqualTo(RampPhase.RAMPING);
    }

    @Test
    void eachStepCountsFromZero() throws Exception {
        AtomicInteger payments = new AtomicInteger();
        open(0, PLAN.withGate(Gate.share("refused payments", () -> 0, payments::get, 0.05)));
        begin();
        shop.read(1_000);
        payments.set(1_000);
        shop.later(Duration.ofMinutes(1));
        ramp.look();
        assertThat(ramp.state().percent()).isEqualTo(75);
        shop.later(Duration.ofMinutes(1));
        ramp.look();
        assertThat(ramp.rulings()).hasSize(2).allSatisfy(ruling -> {
            assertThat(ruling.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
            assertThat(ruling.evidence()).isEqualTo(Evidence.NONE);
            // About three divided by the budget.
            assertThat(ruling.why()).isEqualTo("0 of 0, needs 59 more good ones");
        });
        assertThat(ramp.state().phase()).isEqualTo(RampPhase.RAMPING);
    }

    @Test
    void aNodeThatIsElsewhereHoldsTheRampUpAndNoneResumesThere() throws Exception {
        open(0, PLAN);
        begin();
        ramp.pause("ann", "lunch");
        try (Shop other = new Shop("shop", 0, false)) {
            other.items.migration().moveTo(Stage.DUAL_WRITE);
            try (RampControl second = RampControl.byHand(other.items.migration(), PLAN, memory, shop.settings("n2"))) {
                second.look();
                assertThatThrownBy(() -> second.resume("ann")).hasMessageContaining("at DUAL_WRITE");
                ramp.resume("ann");
                second.look();
                shop.read(1_000);
                shop.later(Duration.ofMinutes(1).minus(PLAN.keepShare()));
                second.look();
                ramp.look();
                assertThat(ramp.needs()).contains("n2: the migration is at DUAL_WRITE, and a ramp goes up at SHADOW");
            }
        }
    }

    @Test
    void onlyLooksInARowAtWhichAGateCannotBeAskedHold() throws Exception {
        AtomicBoolean broken = new AtomicBoolean();
        open(
                0,
                PLAN.withGate(Gate.atMost(
                        "level",
                        () -> {
                            if (broken.get()) {
                                throw new SQLException("gone", "08001");
                            }
                            return 0;
                        },
                        1)));
        begin();
        for (int look = 1; look <= 12; look++) {
            broken.set(look % 4 != 0);
            ramp.look();
            assertThat(ramp.state().phase()).as("look %s", look).isEqualTo(RampPhase.RAMPING);
        }
    }

    @Test
    void aTrippedWireIsToldTheFleetWithoutWaitingForTheNextLook() throws Exception {
        shop = new Shop(0);
        try (RampControl seldom = RampControl.open(
                shop.items.migration(),
                PLAN,
                memory,
                RampSettings.defaults()
                        .withNode("n1")
                        .withPoll(Duration.ofHours(1))
                        .withListener(events::add))) {
            open.add(shop);
            seldom.begin("ann");
            shop.behaviour = Behaviour.FAILS;
            shop.read(100);
            assertThat(events).hasAtLeastOneElementOfType(RampEvent.Tripped.class);
            await().until(() -> memory.read("shop").phase() == RampPhase.ROLLED_BACK);
        }
    }

    @Test
    void metersTellTheShareWhileItIsOpen() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        shop = new Shop(0);
        open.add(shop);
        try (RampControl metered = RampControl.byHand(
                shop.items.migration(), PLAN, memory, shop.settings("n1").withMeters(registry))) {
            metered.begin("ann");
            assertThat(registry.get(RampMeters.PERCENT)
                            .tag("migration", "shop")
                            .gauge()
                            .value())
                    .isEqualTo(50);
            assertThat(registry.get(RampMeters.PHASE).gauge().value()).isEqualTo(RampPhase.RAMPING.ordinal());
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void aPlanThatIsNoneIsRefusedWithEverythingThatIsWrong() {
        assertThatThrownBy(() -> new RampPlan(
                        List.of(MORE, HALF),
                        List.of(
                                Gate.errors(0.1).advisory(),
                                new Gate.ReadGate("errors", Gate.Measure.ERRORS, new Budget(0.2), 1, false)),
                        Duration.ZERO,
                        Duration.ZERO,
                        Duration.ZERO,
                        false,
                        " "))
                .hasMessageContainingAll(
                        "larger share",
                        "critical gate",
                        "two gates are called errors",
                        "two gates measure",
                        "coolDown",
                        "keepShare",
                        "loadTestedBy");
        assertThatThrownBy(() -> PLAN.withSteps(List.of(RampStep.to(100)))).hasMessageContaining("loadTestedBy");
        assertThat(RampPlan.defaults().steps())
                .extracting(RampStep::percent)
                .containsExactly(1, 5, 10, 25, 50, 75, 100);
    }
}
