package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.dualwrite.FaultyStore.Outage;
import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.FlagFailed;
import io.dualwrite.event.MigrationEvent.MismatchConfirmed;
import io.dualwrite.event.MigrationEvent.StageMoved;
import io.dualwrite.event.MigrationEvent.WaitedOut;
import io.dualwrite.flag.SettableStage;
import io.dualwrite.repair.BackfillSettings;
import io.dualwrite.repair.HandoverSettings;
import io.dualwrite.repair.RelaySettings;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.Store;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DualWriteRepositoryTest {
    private final Sides<FaultyStore> stores = Sides.each(side -> new FaultyStore());
    private final List<MigrationEvent> events = new CopyOnWriteArrayList<>();
    private final SettableStage flag = new SettableStage(Stage.OFF);

    @AfterEach
    void clearInterrupt() {
        Thread.interrupted();
    }

    /** Stores that cannot list their keys, as most cannot. */
    private static <R, K> Store<R, K> plain(Store<R, K> store) {
        return new Store<>() {
            @Override
            public R find(K key) throws Exception {
                return store.find(key);
            }

            @Override
            public void save(R record) throws Exception {
                store.save(record);
            }

            @Override
            public void delete(K key) throws Exception {
                store.delete(key);
            }
        };
    }

    private DualWriteRepository.Builder<Order, Long> builder() {
        return DualWriteRepository.between(plain(stores.origin()), plain(stores.target()))
                .name("orders")
                .key(Order::id)
                .listener(events::add)
                .copyDeadline(Duration.ofMillis(100))
                .stage(flag);
    }

    @Test
    void twoRepositoriesAndNothingElseWalkThereAndBack() {
        try (DualWriteRepository<Order, Long> orders = builder().build()) {
            long key = 0;
            for (Stage stage : List.of(
                    Stage.DUAL_WRITE, Stage.SHADOW, Stage.LIVE, Stage.RAMP_DOWN, Stage.SHADOW, Stage.OFF, Stage.LIVE)) {
                orders.save(Order.of(++key, "before " + stage));
                flag.set(stage);
                await().untilAsserted(() -> {
                    orders.refresh();
                    assertThat(orders.stage()).isEqualTo(stage);
                });
                orders.save(Order.of(++key, "at " + stage));
                assertThat(orders.find(key)).isEqualTo(Order.of(key, "at " + stage));
            }
        }
    }

    @Test
    void completeNeedsAPersonAndIsReachedThen() {
        flag.set(Stage.RAMP_DOWN);
        try (DualWriteRepository<Order, Long> orders = builder().build()) {
            flag.set(Stage.COMPLETE);
            orders.refresh();
            assertThat(orders.stage()).isEqualTo(Stage.RAMP_DOWN);
            orders.migration().approve(Stage.COMPLETE, "ann");
            await().untilAsserted(() -> {
                orders.refresh();
                assertThat(orders.stage()).isEqualTo(Stage.COMPLETE);
            });
            orders.save(Order.of(1, "ann"));
        }
        assertThat(stores.target().rows).containsOnlyKeys(1L);
        assertThat(stores.origin().rows).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void theFlagIsTheMemoryBetweenRuns(Stage stage) {
        if (stage.isWishable()) {
            flag.set(stage);
            try (DualWriteRepository<Order, Long> orders = builder().build()) {
                assertThat(orders.stage()).isEqualTo(stage);
                assertThat(events).doesNotHaveAnyElementsOfTypes(StageMoved.class);
            }
        }
    }

    @Test
    void aFlagThatFailsAtTheBeginningIsNoReasonToGuessTheStage() {
        assertThatThrownBy(() -> builder()
                        .stage(() -> {
                            throw new NoClassDefFoundError("vendor");
                        })
                        .build())
                .isInstanceOf(DeclarationException.class)
                .hasMessageContaining("startingAt");
    }

    @Test
    void aFlagThatFailsAtTheBeginningIsReportedAndStaysAtTheDeclaredStage() {
        try (DualWriteRepository<Order, Long> orders = builder()
                .stage(() -> {
                    throw new NoClassDefFoundError("vendor");
                })
                .startingAt(Stage.OFF)
                .build()) {
            assertThat(orders.stage()).isEqualTo(Stage.OFF);
            await().untilAsserted(() -> assertThat(events).hasAtLeastOneElementOfType(FlagFailed.class));
        }
        try (DualWriteRepository<Order, Long> orders =
                builder().stage(() -> null).startingAt(Stage.LIVE).build()) {
            assertThat(orders.stage()).isEqualTo(Stage.LIVE);
        }
    }

    @Test
    void aFlagThatDisappearsLaterChangesNothing() {
        AtomicInteger asked = new AtomicInteger();
        try (DualWriteRepository<Order, Long> orders = builder()
                .stage(() -> asked.getAndIncrement() < 2 ? Stage.LIVE : null)
                .build()) {
            await().untilAsserted(() -> {
                orders.refresh();
                assertThat(events).hasAtLeastOneElementOfType(FlagFailed.class);
            });
            assertThat(orders.stage()).isEqualTo(Stage.LIVE);
        }
    }

    @Test
    void whatACopyHasMissedReachesItWhenItIsBack() {
        flag.set(Stage.SHADOW);
        stores.target().outage = Outage.THROWS_ERROR;
        try (DualWriteRepository<Order, Long> orders = builder().build()) {
            for (long key = 1; key <= 50; key++) {
                orders.save(Order.of(key, "ann"));
            }
            orders.delete(7L);
            await().until(() -> stores.target().writes.get() > 0);
            assertThat(stores.target().rows).isEmpty();
            stores.target().outage = Outage.NONE;
            await().untilAsserted(() -> assertThat(stores.target().rows).isEqualTo(stores.origin().rows));
            assertThat(stores.target().rows).hasSize(49);
        }
    }

    @Test
    void waitingForTheCopyEndsWhenItHasFollowed() {
        flag.set(Stage.DUAL_WRITE);
        try (DualWriteRepository<Order, Long> orders =
                builder().waitForCopy(Duration.ofSeconds(30)).build()) {
            for (long key = 1; key <= 20; key++) {
                orders.save(Order.of(key, "ann"));
                assertThat(stores.target().rows).containsKey(key);
            }
            assertThat(events).doesNotHaveAnyElementsOfTypes(WaitedOut.class);
        }
    }

    @Test
    void waitingForACopyThatHangsEndsWithTheBudget() {
        flag.set(Stage.DUAL_WRITE);
        stores.target().outage = Outage.HANGS;
        try (DualWriteRepository<Order, Long> orders =
                builder().waitForCopy(Duration.ofMillis(20)).build()) {
            orders.save(Order.of(1, "ann"));
            assertThat(events).contains(new WaitedOut(Duration.ofMillis(20)));
            assertThat(stores.origin().rows).containsKey(1L);
        }
    }

    @Test
    void anInterruptedCallerKeepsItsFlagAndItsResult() {
        flag.set(Stage.SHADOW);
        try (DualWriteRepository<Order, Long> orders =
                builder().waitForCopy(Duration.ofSeconds(30)).build()) {
            Thread.currentThread().interrupt();
            orders.save(Order.of(1, "ann"));
            assertThat(orders.find(1L)).isEqualTo(Order.of(1, "ann"));
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void aForeignChangeOfTheCopyIsFoundByReadingAndRepaired() {
        flag.set(Stage.SHADOW);
        stores.origin().rows.put(1L, Order.of(1, "right"));
        stores.target().rows.put(1L, Order.of(1, "wrong"));
        try (DualWriteRepository<Order, Long> orders = builder().wholeCopy(true).build()) {
            assertThat(orders.find(1L)).isEqualTo(Order.of(1, "right"));
            await().untilAsserted(() -> assertThat(stores.target().rows.get(1L)).isEqualTo(Order.of(1, "right")));
            assertThat(events).hasAtLeastOneElementOfType(MismatchConfirmed.class);
        }
    }

    @Test
    void aReadTakesNothingFromAStoreThatTheOtherOneWasNeverFilledFrom() {
        flag.set(Stage.LIVE);
        stores.origin().rows.put(5L, Order.of(5, "precious"));
        try (DualWriteRepository<Order, Long> orders = builder().build()) {
            assertThat(orders.find(5L)).isNull();
            await().untilAsserted(() -> assertThat(events).hasAtLeastOneElementOfType(MismatchConfirmed.class));
            orders.save(Order.of(6, "next"));
            await().untilAsserted(() -> assertThat(stores.origin().rows).containsKey(6L));
        }
        assertThat(stores.origin().rows).containsEntry(5L, Order.of(5, "precious"));
    }

    @Test
    void aCopyThatWasNeverFilledDoesNotAnswerInsteadOfAFailingAuthority() {
        flag.set(Stage.SHADOW);
        stores.origin().rows.put(9L, Order.of(9, "there"));
        try (DualWriteRepository<Order, Long> orders = builder().build()) {
            stores.origin().outage = Outage.THROWS_CHECKED;
            assertThatThrownBy(() -> orders.find(9L)).isInstanceOf(Exception.class);
        }
    }

    @Test
    void aPolicyOfOnesOwnSaysAfterWhichErrorsTheCopyAnswers() {
        flag.set(Stage.SHADOW);
        stores.target().rows.put(9L, Order.of(9, "there"));
        stores.origin().outage = Outage.THROWS_CHECKED;
        try (DualWriteRepository<Order, Long> orders = builder()
                .wholeCopy(true)
                .fallback(SQLException.class::isInstance)
                .build()) {
            assertThatThrownBy(() -> orders.find(9L)).isInstanceOf(IOException.class);
        }
        try (DualWriteRepository<Order, Long> orders = builder()
                .wholeCopy(true)
                .fallback(IOException.class::isInstance)
                .build()) {
            await().ignoreExceptions()
                    .untilAsserted(() -> assertThat(orders.find(9L)).isEqualTo(Order.of(9, "there")));
        }
    }

    @Test
    void storesThatCanListAreBackfilledAndVerified() throws Exception {
        for (long key = 1; key <= 100; key++) {
            stores.origin().rows.put(key, Order.of(key, "ann"));
        }
        stores.target().rows.put(500L, Order.of(500, "leftover"));
        flag.set(Stage.DUAL_WRITE);
        List<MigrationEvent> events = new CopyOnWriteArrayList<>();
        try (DualWriteRepository<Order, Long> orders = DualWriteRepository.between(stores.origin(), stores.target())
                .key(Order::id)
                .stage(flag)
                .listener(events::add)
                .build()) {
            flag.set(Stage.LIVE);
            orders.refresh();
            assertThat(orders.stage()).isEqualTo(Stage.DUAL_WRITE);
            orders.migration().backfill();
            assertThat(stores.target().rows).isEqualTo(stores.origin().rows);
            orders.refresh();
            assertThat(orders.stage()).isEqualTo(Stage.SHADOW);
            stores.target().rows.put(3L, Order.of(3, "wrong"));
            orders.migration().verify(VerifyPolicy.REPAIR);
            assertThat(stores.target().rows).isEqualTo(stores.origin().rows);
            // By this verification, by the one in the background, or by each when they are at it together.
            assertThat(events.stream()
                            .filter(MigrationEvent.MismatchConfirmed.class::isInstance)
                            .distinct())
                    .hasSize(1);
            orders.migration().verify(VerifyPolicy.REPORT);
            await().untilAsserted(() -> {
                orders.refresh();
                assertThat(orders.stage()).isEqualTo(Stage.LIVE);
            });
        }
    }

    @Test
    void theRampSendsTolerantFindsToTheCopy() {
        flag.set(Stage.SHADOW);
        stores.origin().rows.put(1L, Order.of(1, "origin"));
        stores.target().rows.put(1L, Order.of(1, "target"));
        try (DualWriteRepository<Order, Long> orders =
                builder().staleAllowed(true).shadowSample(0).wholeCopy(true).build()) {
            assertThat(orders.find(1L).customer()).isEqualTo("origin");
            orders.migration().rampTo(100);
            await().untilAsserted(() -> assertThat(orders.find(1L).customer()).isEqualTo("target"));
            stores.target().outage = Outage.HANGS;
            assertThat(orders.find(1L).customer()).isEqualTo("origin");
        }
    }

    @Test
    void aWrongRecordOrKeyIsRefusedBeforeAnythingIsWritten() {
        try (DualWriteRepository<Order, Long> orders = builder().build()) {
            assertThatThrownBy(() -> orders.save(null)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> orders.save(new Order(null, "ann", BigDecimal.ONE)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> orders.find(null)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> orders.delete(null)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(stores.origin().writes).hasValue(0);
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() {
        FaultyStore same = stores.origin();
        DeclarationException thrown = catchThrowableOfType(
                DeclarationException.class,
                () -> DualWriteRepository.between(same, same)
                        .name(" ")
                        .shadowSample(2)
                        .writersWait(Duration.ZERO)
                        .build());
        assertThat(thrown.problems()).hasSize(5);
        assertThat(thrown)
                .hasMessageContaining("same store")
                .hasMessageContaining(".key(Record::id)")
                .hasMessageContaining("shadowSample")
                .hasMessageContaining("writersWait")
                .hasMessageContaining("name");
        assertThatThrownBy(() -> DualWriteRepository.<Order, Long>between(same, null)
                        .key(Order::id)
                        .build())
                .isInstanceOf(DeclarationException.class)
                .hasMessageContaining("null");
    }

    @Test
    void theUsualKeysNeedNoCodecAndOthersAreAskedForOne() {
        Map<Object, Object> origin = new ConcurrentHashMap<>();
        Map<Object, Object> target = new ConcurrentHashMap<>();
        flag.set(Stage.DUAL_WRITE);
        try (DualWriteRepository<Object, Object> things = DualWriteRepository.<Object, Object>between(
                        Store.of(origin::get, each -> origin.put(each, each), origin::remove),
                        Store.of(target::get, each -> target.put(each, each), target::remove))
                .key(each -> each)
                .stage(flag)
                .build()) {
            List.of(1L, 1, "1:2", UUID.randomUUID()).forEach(things::save);
            await().untilAsserted(() -> assertThat(target).isEqualTo(origin).hasSize(4));
            assertThatThrownBy(() -> things.save(BigDecimal.ONE)).hasMessageContaining(".codec(");
            assertThat(origin).hasSize(4);
        }
    }

    @Test
    void noThreadSurvivesClosingAndNoneKeepsTheProcessAlive() {
        flag.set(Stage.SHADOW);
        stores.target().outage = Outage.HANGS;
        DualWriteRepository<Order, Long> orders =
                builder().name("closing").staleAllowed(true).build();
        orders.migration().rampTo(100);
        for (long key = 1; key <= 30; key++) {
            orders.save(Order.of(key, "ann"));
            orders.find(key);
        }
        assertThat(threads()).isNotEmpty().allMatch(Thread::isDaemon);
        // Four jobs, eight transfers, eight reads, two shadow reads.
        assertThat(threads()).hasSizeLessThanOrEqualTo(22);
        orders.close();
        orders.close();
        await().untilAsserted(() -> assertThat(threads()).isEmpty());
    }

    @ParameterizedTest
    @EnumSource
    void whatIsClosedRefusesWritesAtEveryStageAndStillAnswersFromTheAuthority(Stage stage) {
        if (!stage.isWishable()) {
            return;
        }
        flag.set(stage);
        DualWriteRepository<Order, Long> orders = builder().build();
        orders.save(Order.of(1, "before"));
        orders.close();
        assertThatThrownBy(() -> orders.save(Order.of(1, "after")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed")
                .hasMessageContaining("nothing was written");
        assertThatThrownBy(() -> orders.delete(1L)).isInstanceOf(IllegalStateException.class);
        assertThat(orders.find(1L)).isEqualTo(Order.of(1, "before"));
        Side authority = stage.isBeyondFlip() ? Side.TARGET : Side.ORIGIN;
        assertThat(stores.of(authority).rows).containsEntry(1L, Order.of(1, "before"));
    }

    @Test
    void aNullDurationIsRefusedByTheNameOfItsSetting() {
        Map<String, Consumer<DualWriteRepository.Builder<Order, Long>>> settings = Map.of(
                "flagPoll", builder -> builder.flagPoll(null),
                "waitForCopy", builder -> builder.waitForCopy(null),
                "copyDeadline", builder -> builder.copyDeadline(null),
                "staleness", builder -> builder.staleness(null),
                "writersWait", builder -> builder.writersWait(null));
        settings.forEach((name, setting) -> assertThatThrownBy(() -> setting.accept(builder()))
                .isInstanceOf(NullPointerException.class)
                .hasMessageStartingWith(name + " is a duration"));
        RelaySettings relay = RelaySettings.defaults();
        HandoverSettings handover = HandoverSettings.defaults();
        Map<String, Callable<?>> records = Map.of(
                "relay.lease",
                        () -> new RelaySettings(1, null, relay.poll(), relay.firstDelay(), relay.longestDelay(), 1),
                "relay.poll", () -> relay.withPoll(null),
                "relay.firstDelay", () -> relay.withAttempts(1, null, Duration.ofSeconds(1)),
                "relay.longestDelay", () -> relay.withAttempts(1, Duration.ofSeconds(1), null),
                "handover.budget", () -> handover.withBudget(null),
                "handover.oldestIntent", () -> new HandoverSettings(handover.budget(), null, 1, handover.retry()),
                "handover.retry", () -> new HandoverSettings(handover.budget(), handover.budget(), 1, null),
                "backfill.chunkTime", () -> new BackfillSettings(1, 1, null, relay.poll(), relay.poll()),
                "backfill.restAfterFailure", () -> new BackfillSettings(1, 1, relay.poll(), null, relay.poll()),
                "backfill.patience", () -> new BackfillSettings(1, 1, relay.poll(), relay.poll(), null));
        records.forEach((name, made) -> assertThatThrownBy(made::call)
                .isInstanceOf(NullPointerException.class)
                .hasMessageStartingWith(name + " is a duration"));
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("dualwrite-closing-"))
                .collect(Collectors.toSet());
    }
}
