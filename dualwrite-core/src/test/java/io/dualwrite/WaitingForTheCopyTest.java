package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.dualwrite.FaultyStore.Outage;
import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.WaitedOut;
import io.dualwrite.fence.CopyBehindException;
import io.dualwrite.flag.StageSource;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Not at all, for a while, or strictly. */
class WaitingForTheCopyTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(20);

    private final Sides<FaultyStore> stores = Sides.each(side -> new FaultyStore());
    private final List<MigrationEvent> events = new CopyOnWriteArrayList<>();

    @AfterEach
    void clearInterrupt() {
        Thread.interrupted();
    }

    private DualWriteRepository.Builder<Order, Long> at(Stage stage) {
        return DualWriteRepository.between(stores.origin(), stores.target())
                .key(Order::id)
                .listener(events::add)
                .copyDeadline(Duration.ofMillis(50))
                .stage(StageSource.constant(stage));
    }

    @ParameterizedTest
    @EnumSource(
            value = Stage.class,
            names = {"DUAL_WRITE", "SHADOW", "LIVE", "RAMP_DOWN"})
    void aStrictWriteReturnsOnceTheCopyHasFollowed(Stage stage) {
        Side copy = stage.isBeyondFlip() ? Side.ORIGIN : Side.TARGET;
        try (DualWriteRepository<Order, Long> orders =
                at(stage).requireCopyWithin(LONG).build()) {
            for (long key = 1; key <= 20; key++) {
                orders.save(Order.of(key, "ann"));
                assertThat(stores.of(copy).rows).containsKey(key);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Stage.class,
            names = {"DUAL_WRITE", "SHADOW", "LIVE", "RAMP_DOWN"})
    void aStrictWriteWhoseCopyIsLateIsMadeAndJournalledAndSaysSo(Stage stage) {
        Side copy = stage.isBeyondFlip() ? Side.ORIGIN : Side.TARGET;
        stores.of(copy).outage = Outage.THROWS_CHECKED;
        try (DualWriteRepository<Order, Long> orders =
                at(stage).requireCopyWithin(SHORT).build()) {
            assertThatThrownBy(() -> orders.save(Order.of(1, "ann")))
                    .isExactlyInstanceOf(CopyBehindException.class)
                    .hasMessageContaining("do not repeat");
            assertThat(stores.of(copy.other()).rows).containsKey(1L);
            assertThat(orders.migration().backlog().isEmpty()).isFalse();
            assertThat(events).hasAtLeastOneElementOfType(WaitedOut.class);
            stores.of(copy).outage = Outage.NONE;
            await().untilAsserted(() -> assertThat(stores.of(copy).rows).containsKey(1L));
        }
        assertThat(stores.of(copy.other()).writes).hasValue(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Stage.class,
            names = {"OFF", "COMPLETE"})
    void nobodyWaitsWhereNoCopyFollows(Stage stage) {
        Side copy = stage.isBeyondFlip() ? Side.ORIGIN : Side.TARGET;
        stores.of(copy).outage = Outage.HANGS;
        try (DualWriteRepository<Order, Long> orders =
                at(stage).requireCopyWithin(LONG).build()) {
            orders.save(Order.of(1, "ann"));
            assertThat(events).doesNotHaveAnyElementsOfTypes(WaitedOut.class);
        }
    }

    @Test
    void whoeverWaitsForAWhileIsNeverRefused() {
        stores.target().outage = Outage.THROWS_CHECKED;
        try (DualWriteRepository<Order, Long> orders =
                at(Stage.DUAL_WRITE).waitForCopy(SHORT).build()) {
            orders.save(Order.of(1, "ann"));
            assertThat(events).hasAtLeastOneElementOfType(WaitedOut.class);
        }
    }

    @Test
    void aWriteThatFailedStaysThatFailure() {
        stores.origin().outage = Outage.THROWS_CHECKED;
        stores.target().outage = Outage.THROWS_CHECKED;
        try (DualWriteRepository<Order, Long> orders =
                at(Stage.DUAL_WRITE).requireCopyWithin(SHORT).build()) {
            Throwable thrown = catchThrowable(() -> orders.save(Order.of(1, "ann")));
            assertThat(thrown).isExactlyInstanceOf(IOException.class).hasMessage("down");
            assertThat(thrown.getSuppressed()).hasOnlyElementsOfType(CopyBehindException.class);
        }
    }

    @Test
    void anInterruptEndsTheWaitAndIsKept() {
        stores.target().outage = Outage.THROWS_CHECKED;
        try (DualWriteRepository<Order, Long> orders =
                at(Stage.DUAL_WRITE).requireCopyWithin(LONG).build()) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> orders.save(Order.of(1, "ann"))).isInstanceOf(CopyBehindException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(stores.origin().rows).containsKey(1L);
        }
    }

    @Test
    void strictnessWithoutTimeIsRefused() {
        assertThatThrownBy(() -> at(Stage.OFF).requireCopyWithin(Duration.ZERO).build())
                .isInstanceOf(DeclarationException.class)
                .hasMessageContaining("requireCopyWithin");
    }
}
