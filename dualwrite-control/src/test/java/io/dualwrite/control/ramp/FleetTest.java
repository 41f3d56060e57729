package io.dualwrite.control.ramp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dualwrite.control.ramp.Shop.Behaviour;
import io.dualwrite.fence.Pace;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three nodes with threads of their own, over one store in a database. */
@Timeout(120)
class FleetTest {
    private static final RampPlan PLAN = RampPlan.defaults()
            .withSteps(List.of(
                    new RampStep(50, Duration.ofMillis(1), Duration.ofHours(6), 10),
                    new RampStep(75, Duration.ofHours(1), Duration.ofHours(6), 10)))
            .withGates(List.of(Gate.errors(0.05)))
            .withCoolDown(Duration.ofMillis(1), Duration.ofMillis(1));
    private static final Duration BOUND = Duration.ofSeconds(2);

    private final List<Shop> shops = new ArrayList<>();
    private final List<RampControl> ramps = new ArrayList<>();
    private final AtomicInteger jumps = new AtomicInteger();

    /** A time of day that is an hour ahead at one look, and an hour behind at the next one. */
    private final Clock jumping = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.parse("2026-11-23T10:00:00Z")
                    .plus(Duration.ofHours(jumps.incrementAndGet() % 2 == 0 ? 1 : -1));
        }
    };

    @AfterEach
    void close() {
        ramps.forEach(RampControl::close);
        shops.forEach(Shop::close);
    }

    @Test
    void whatOneNodeFindsTakesAllNodesBackAndFailsNoRead() throws Exception {
        rollbacks(2);
    }

    /** Apart, since a machine that is busy with other things says nothing about time. */
    @Test
    @Tag("matrix")
    void nineteenOfTwentyTimesAllNodesAreBackWithinTwoSeconds() throws Exception {
        assertThat(rollbacks(20).stream().filter(took -> took.compareTo(BOUND) <= 0))
                .hasSizeGreaterThanOrEqualTo(19);
    }

    /** How long each rollback took, from the first failure of a node's copy until no node asks its copy any more. */
    private List<Duration> rollbacks(int rounds) throws Exception {
        List<Duration> took = new ArrayList<>();
        JdbcRampStore store = new JdbcRampStore(JdbcRampStoreTest.database());
        store.createTables();
        for (int node = 1; node <= 3; node++) {
            Shop shop = new Shop("fleet", 0);
            shops.add(shop);
            ramps.add(RampControl.open(
                    shop.items.migration(),
                    PLAN,
                    store,
                    RampSettings.defaults().withNode("n" + node).withTime(Pace.real(), jumping)));
        }
        ramps.get(0).begin("ann");
        for (int round = 0; round < rounds; round++) {
            await().until(() -> {
                shops.forEach(shop -> shop.read(50));
                return ramps.stream().allMatch(ramp -> ramp.state().percent() == 75);
            });
            Shop bad = shops.get(round % 3);
            bad.behaviour = Behaviour.FAILS;
            long begun = System.nanoTime();
            while (store.read("fleet").phase() != RampPhase.ROLLED_BACK && !isBack(bad)) {
                bad.read(10);
            }
            await().pollInterval(Duration.ofMillis(20))
                    .until(() -> shops.stream().allMatch(FleetTest::isBack));
            took.add(Duration.ofNanos(System.nanoTime() - begun));
            bad.behaviour = Behaviour.GOOD;
            int again = round;
            await().ignoreExceptions().until(() -> {
                ramps.get(again % 3).resume("ann");
                return true;
            });
        }
        assertThat(store.audit("fleet"))
                .filteredOn(entry -> entry.to() == RampPhase.ROLLED_BACK)
                .hasSize(rounds)
                .allSatisfy(
                        entry -> assertThat(entry.why()).containsAnyOf("failures in a row", "ERRORS", "errors FAIL"));
        return took;
    }

    private static boolean isBack(Shop shop) {
        int before = shop.targetReads.get();
        shop.read(100);
        return shop.targetReads.get() == before;
    }
}
