package io.dualwrite.control.ramp;

import static io.dualwrite.control.TwoDatabases.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.Migration;
import io.dualwrite.control.TwoDatabases;
import io.dualwrite.control.TwoDatabases.HandPace;
import io.dualwrite.control.TwoDatabases.Item;
import io.dualwrite.control.conduct.ConductPlan;
import io.dualwrite.control.conduct.ConductSettings;
import io.dualwrite.control.conduct.Conductor;
import io.dualwrite.control.conduct.JourneyStore;
import io.dualwrite.control.conduct.MemoryJourneyStore;
import io.dualwrite.control.conduct.StageGate;
import io.dualwrite.control.rollback.MemoryStepTimes;
import io.dualwrite.event.MigrationEvent.HandoverStep;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.JdbcMigrationBuilder;
import io.dualwrite.repair.HandoverSettings;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What is left when those who decide are gone: no promotion, no data lost, reads back at the source after the time that was
 * declared, and writes go on.
 */
@Timeout(120)
class ControlPlaneDeadTest {
    private static final RampPlan RAMP = RampPlan.defaults()
            .withSteps(List.of(
                    new RampStep(50, Duration.ofMinutes(1), Duration.ofHours(6), 10),
                    new RampStep(75, Duration.ofMinutes(1), Duration.ofHours(6), 10)))
            .withGates(List.of(Gate.errors(0.05)));
    private static final ConductPlan PLAN = ConductPlan.defaults()
            .withSoak(Stage.SHADOW, Duration.ZERO)
            .withSoak(Stage.LIVE, Duration.ZERO)
            .withApprovals(Set.of());

    private final AtomicInteger outage = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicBoolean go = new AtomicBoolean();
    private final HandPace pace = new HandPace();
    private final List<AutoCloseable> open = new ArrayList<>();

    /** An hour ahead at one look and an hour behind at the next one. */
    private final Clock jumping = new Clock() {
        private final AtomicInteger jumps = new AtomicInteger();

        @Override
        public Instant instant() {
            return Instant.parse("2026-11-23T10:00:00Z")
                    .plus(Duration.ofHours(jumps.incrementAndGet() % 2 == 0 ? 1 : -1));
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    };

    @AfterEach
    void close() throws Exception {
        outage.set(0);
        for (int at = open.size() - 1; at >= 0; at--) {
            open.get(at).close();
        }
    }

    /** A registry that cannot be reached while the outage is not zero. */
    private JourneyStore registry(JourneyStore behind) {
        return (JourneyStore) Proxy.newProxyInstance(
                JourneyStore.class.getClassLoader(), new Class<?>[] {JourneyStore.class}, (proxy, method, args) -> {
                    asked.incrementAndGet();
                    if (outage.get() != 0) {
                        throw new SQLException("no route", "08001");
                    }
                    try {
                        return method.invoke(behind, args);
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                });
    }

    private Conductor conductor(String node, Migration migration, JourneyStore store, ConductPlan plan, Clock clock) {
        Conductor conductor = Conductor.open(
                migration,
                plan.withGate(new StageGate(
                        "go", Set.of(Stage.LIVE), () -> go.get() ? List.of() : List.of("nobody has said go"))),
                store,
                new MemoryStepTimes(),
                ConductSettings.defaults()
                        .withNode(node)
                        .withPoll(Duration.ofMillis(10))
                        .withTime(pace, clock));
        open.add(conductor);
        return conductor;
    }

    private void someLooks() {
        int before = asked.get();
        await().until(() -> asked.get() > before + 20);
    }

    private static int targetReads(Shop shop) {
        int before = shop.targetReads.get();
        shop.read(500);
        return shop.targetReads.get() - before;
    }

    @Test
    void withoutTheRegistryNothingIsPromotedReadsReturnToTheSourceAndWritesGoOn() throws Exception {
        Shop shop = new Shop("shop", 0, false);
        open.add(shop);
        MemoryRampStore ramps = new MemoryRampStore();
        RampControl ramp =
                RampControl.byHand(shop.items.migration(), RAMP, new FailingStore(ramps, outage), shop.settings("n1"));
        open.add(ramp);
        ramp.look();
        ramp.begin("ann");
        ramp.look();
        Conductor conductor =
                conductor("n1", shop.items.migration(), registry(new MemoryJourneyStore()), PLAN, Clock.systemUTC());
        await().until(() -> conductor.state().at() == Stage.SHADOW);
        conductor.travel(Stage.LIVE, "ann");
        await().until(() -> !conductor.against().isEmpty());

        outage.set(1);
        go.set(true);
        shop.read(5_000);
        shop.later(Duration.ofMinutes(2));
        assertThatThrownBy(ramp::look).isInstanceOf(SQLException.class);
        shop.items.save(new Shop.Item(7L, "written meanwhile"));
        someLooks();
        // Two minutes are more than the share is kept for: the first answer that is too late is the last one.
        assertThat(targetReads(shop)).isLessThanOrEqualTo(1);
        assertThat(targetReads(shop)).isZero();
        assertThat(shop.items.stage()).isEqualTo(Stage.SHADOW);
        assertThat(ramps.read("shop").percent()).isEqualTo(50);
        assertThat(shop.items.find(7L)).isEqualTo(new Shop.Item(7L, "written meanwhile"));
        await().until(() -> new Shop.Item(7L, "written meanwhile").equals(shop.target.get(7L)));

        outage.set(0);
        await().until(() -> shop.items.stage() == Stage.LIVE);
        assertThat(shop.items.find(7L)).isEqualTo(new Shop.Item(7L, "written meanwhile"));
    }

    @Test
    void aCoordinatorThatDiesInTheMiddleOfASwitchLosesNothingAndAnotherOneEndsIt() throws Exception {
        TwoDatabases databases = new TwoDatabases(3);
        open.add(databases);
        CountDownLatch asleep = new CountDownLatch(1);
        CountDownLatch awake = new CountDownLatch(1);
        Consumer<JdbcMigrationBuilder> brief =
                builder -> builder.handover(HandoverSettings.defaults().withBudget(Duration.ofSeconds(1)));
        JdbcMigration first = databases.node(brief);
        TwoDatabases.bring(first, Stage.SHADOW);
        first.listen(event -> {
            if (event instanceof HandoverStep step && step.step().equals("closed") && asleep.getCount() > 0) {
                asleep.countDown();
                try {
                    awake.await();
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        JdbcMigration second = databases.node(brief);
        JourneyStore store = registry(new MemoryJourneyStore());
        go.set(true);
        Conductor dying = conductor("n1", first, store, PLAN, Clock.systemUTC());
        await().until(() -> dying.state().at() == Stage.SHADOW);
        dying.travel(Stage.LIVE, "ann");
        asleep.await();
        // Both sides are closed now, by a process that does nothing any more.
        try {
            TwoDatabases.items(second).save(new Item(2, "written meanwhile"));
            assertThat(databases.rows(Side.ORIGIN)).contains("2=written meanwhile");
            Conductor other = conductor("n2", second, store, PLAN, Clock.systemUTC());
            someLooks();
            assertThat(second.status().stage()).contains(Stage.SHADOW);
            await().until(() -> {
                pace.later(Duration.ofSeconds(30));
                return other.state().at() == Stage.LIVE;
            });
        } finally {
            awake.countDown();
        }
        // It wakes up in the middle of what is over, and changes nothing.
        someLooks();
        assertThat(second.status().authority()).contains(Side.TARGET);
        TwoDatabases.items(second).save(new Item(3, "at the target"));
        assertThat(second.awaitDrained(Duration.ofSeconds(10))).isTrue();
        assertThat(databases.rows(Side.TARGET)).isEqualTo(databases.rows(Side.ORIGIN));
        assertThat(databases.rows(Side.TARGET)).contains("2=written meanwhile", "3=at the target");
        assertThat(second.verify(VerifyPolicy.REPORT).confirmed()).isZero();
    }

    @Test
    void clocksThatJumpByAnHourPromoteNothingAndHoldNothingUp() throws Exception {
        Shop shop = new Shop("shop", 1, false);
        open.add(shop);
        MemoryRampStore ramps = new MemoryRampStore();
        RampControl ramp = RampControl.byHand(
                shop.items.migration(),
                RAMP,
                ramps,
                RampSettings.defaults().withNode("n1").withTime(shop.pace, jumping));
        open.add(ramp);
        ramp.look();
        ramp.begin("ann");
        go.set(true);
        Conductor conductor = conductor(
                "n1",
                shop.items.migration(),
                registry(new MemoryJourneyStore()),
                PLAN.withSoak(Stage.SHADOW, Duration.ofMillis(100)),
                jumping);
        await().until(() -> conductor.state().at() == Stage.SHADOW);
        conductor.travel(Stage.LIVE, "ann");
        shop.read(2_000);
        for (int look = 0; look < 10; look++) {
            ramp.look();
        }
        someLooks();
        assertThat(ramp.state().percent()).isEqualTo(50);
        assertThat(shop.items.stage()).isEqualTo(Stage.SHADOW);
        assertThat(targetReads(shop)).isPositive();
        shop.items.save(new Shop.Item(7L, "written meanwhile"));
        await().until(() -> new Shop.Item(7L, "written meanwhile").equals(shop.target.get(7L)));

        // Time that really passes counts, whatever the clock says.
        shop.later(Duration.ofMinutes(2));
        shop.read(2_000);
        await().until(() -> {
            ramp.look();
            return ramp.state().percent() == 75;
        });
        await().until(() -> {
            pace.later(Duration.ofMillis(30));
            return shop.items.stage() == Stage.LIVE;
        });
    }
}
