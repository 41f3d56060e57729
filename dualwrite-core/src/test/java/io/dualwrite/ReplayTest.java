package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.CallMissed;
import io.dualwrite.event.MigrationEvent.Quarantined;
import io.dualwrite.flag.SettableStage;
import io.dualwrite.journal.Missed;
import io.dualwrite.repair.HandoverSettings;
import io.dualwrite.repair.RelaySettings;
import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.KeyCodecs;
import io.dualwrite.store.RecordType;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReplayTest {
    private static final RecordType<Basket, Long> BASKETS =
            new RecordType<>("baskets", Basket.class, Long.class, KeyCodecs.of(Long.class), Basket::id);

    record Basket(long id, List<String> things) {}

    /** Methods that do something, of which no state could be carried. */
    interface Baskets {
        Basket findById(long id);

        void addTo(long id, String thing) throws Exception;

        void moveThing(long from, long to, String thing) throws Exception;

        void rename(long id, String thing) throws Exception;
    }

    /** Baskets in memory; told to fail or to wait from outside. */
    private static final class MemoryBaskets implements Baskets {
        private final Map<Long, List<String>> things = new ConcurrentHashMap<>();
        private final AtomicInteger calls = new AtomicInteger();
        private volatile Exception failure;
        private volatile Error error;
        private volatile CountDownLatch gate = new CountDownLatch(0);

        @Override
        public Basket findById(long id) {
            return new Basket(id, List.copyOf(of(id)));
        }

        @Override
        public void addTo(long id, String thing) throws Exception {
            called();
            of(id).add(thing);
        }

        @Override
        public void moveThing(long from, long to, String thing) throws Exception {
            called();
            of(from).remove(thing);
            of(to).add(thing);
        }

        @Override
        public void rename(long id, String thing) throws Exception {
            called();
            of(id).replaceAll(any -> thing);
        }

        private void called() throws Exception {
            calls.incrementAndGet();
            gate.await();
            if (error != null) {
                throw error;
            }
            if (failure != null) {
                throw failure;
            }
        }

        private List<String> of(long id) {
            return things.computeIfAbsent(id, any -> new CopyOnWriteArrayList<>());
        }
    }

    private final MemoryBaskets origin = new MemoryBaskets();
    private final MemoryBaskets target = new MemoryBaskets();
    private final SettableStage flag = new SettableStage(Stage.DUAL_WRITE);
    private final List<MigrationEvent> events = new CopyOnWriteArrayList<>();
    private final ExecutorService callers = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        target.gate.countDown();
        origin.gate.countDown();
        callers.shutdownNow();
        Thread.interrupted();
    }

    private Replay.Builder<Baskets> builder() {
        return Replay.between(Baskets.class, origin, target)
                .name("baskets")
                .records(BASKETS)
                .methods(table -> table.writes("addTo", "moveThing", "rename")
                        .key("addTo", 0)
                        .key("moveThing", 0)
                        .key("moveThing", 1)
                        .key("rename", 0))
                .listener(events::add)
                .copyDeadline(Duration.ofMillis(200))
                .handover(HandoverSettings.defaults().withBudget(Duration.ofSeconds(2)))
                .relay(RelaySettings.defaults()
                        .withPoll(Duration.ofMillis(20))
                        .withAttempts(1_000, Duration.ofMillis(5), Duration.ofMillis(5)))
                .stage(flag);
    }

    private static RecordId id(long key) {
        return BASKETS.id(key);
    }

    @Test
    void callsThatAreNoStatesWalkThereAndBack() throws Exception {
        try (Replay<Baskets> replay = builder().build()) {
            Baskets baskets = replay.decorated();
            int number = 0;
            for (Stage stage :
                    List.of(Stage.SHADOW, Stage.LIVE, Stage.RAMP_DOWN, Stage.SHADOW, Stage.DUAL_WRITE, Stage.LIVE)) {
                baskets.addTo(1, "before " + stage + number++);
                flag.set(stage);
                await().untilAsserted(() -> {
                    replay.refresh();
                    assertThat(replay.stage()).isEqualTo(stage);
                });
                baskets.addTo(1, "at " + stage + number++);
                assertThat(baskets.findById(1).things()).hasSize(number);
            }
            await().untilAsserted(() -> assertThat(origin.things).isEqualTo(target.things));
            assertThat(replay.missed()).isEmpty();
            assertThat(replay.migration().backlog().isEmpty()).isTrue();
        }
        assertThat(target.things.get(1L)).hasSize(12).doesNotHaveDuplicates();
    }

    @Test
    void callsOfOneRecordComeInTheAuthoritysOrderHoweverManyCallers() throws Exception {
        for (boolean inline : new boolean[] {false, true}) {
            origin.things.clear();
            target.things.clear();
            Replay.Builder<Baskets> builder = builder().waiting(10_000, 100_000);
            try (Replay<Baskets> replay = inline ? builder.onCallersThread().build() : builder.build()) {
                Baskets baskets = replay.decorated();
                List<Future<?>> all = new ArrayList<>();
                for (int caller = 0; caller < 8; caller++) {
                    int who = caller;
                    all.add(callers.submit(() -> {
                        for (int number = 0; number < 200; number++) {
                            baskets.addTo(number % 3, who + ":" + number);
                            if (number % 10 == 0) {
                                baskets.moveThing(number % 3, (number + 1) % 3, who + ":" + number);
                            }
                        }
                        return null;
                    }));
                }
                for (Future<?> each : all) {
                    each.get(60, TimeUnit.SECONDS);
                }
                await().untilAsserted(() -> assertThat(target.things).isEqualTo(origin.things));
                assertThat(replay.missed()).isEmpty();
            }
        }
    }

    @Test
    void whatTheCopyDoesNotTakeKeepsTheRecordsLaterCallsWaitingAndNoOthers() throws Exception {
        try (Replay<Baskets> replay = builder().build()) {
            Baskets baskets = replay.decorated();
            target.failure = new IOException("down");
            baskets.addTo(1, "a");
            await().untilAsserted(() -> assertThat(replay.missed()).hasSize(1));
            baskets.addTo(1, "b");
            assertThat(replay.missed().get(0))
                    .returns(id(1), Missed::record)
                    .returns("Baskets.addTo", Missed::operation)
                    .returns(2, Missed::calls)
                    .returns(false, Missed::dropped)
                    .returns("IOException", Missed::reason);
            assertThat(replay.migration().backlog().open()).isPositive();
            target.failure = null;
            await().untilAsserted(() -> assertThat(target.things.get(1L)).containsExactly("a", "b"));
            await().untilAsserted(() -> assertThat(replay.missed()).isEmpty());
            await().untilAsserted(() ->
                    assertThat(replay.migration().backlog().isEmpty()).isTrue());
        }
    }

    @Test
    void aCallThatHangsIsWaitedForBeforeTheNextAndKeepsTheAuthorityWhereItIs() throws Exception {
        flag.set(Stage.SHADOW);
        try (Replay<Baskets> replay = builder().build()) {
            Baskets baskets = replay.decorated();
            target.gate = new CountDownLatch(1);
            baskets.addTo(1, "a");
            await().until(() -> target.calls.get() == 1);
            baskets.addTo(1, "b");
            assertThatThrownBy(() -> replay.migration().moveTo(Stage.LIVE)).isInstanceOf(StageRefusedException.class);
            assertThat(replay.stage()).isEqualTo(Stage.SHADOW);
            baskets.addTo(1, "c");
            target.gate.countDown();
            await().untilAsserted(() -> assertThat(target.things.get(1L)).containsExactly("a", "b", "c"));
            replay.migration().moveTo(Stage.LIVE);
        }
        assertThat(target.things).isEqualTo(origin.things);
    }

    @Test
    void whereTooManyWaitTheRecordIsDroppedListedAndBlocksTheFlipUntilItIsSettled() throws Exception {
        flag.set(Stage.SHADOW);
        try (Replay<Baskets> replay = builder().waiting(2, 10).build()) {
            Baskets baskets = replay.decorated();
            target.failure = new IOException("down");
            for (String thing : List.of("a", "b", "c", "d")) {
                baskets.addTo(1, thing);
            }
            target.failure = null;
            assertThat(replay.missed()).hasSize(1);
            Missed missed = replay.missed().get(0);
            assertThat(missed.dropped()).isTrue();
            assertThat(missed.calls()).isEqualTo(4);
            await().untilAsserted(() ->
                    assertThat(events).filteredOn(CallMissed.class::isInstance).hasSize(1));
            // Until the attempt that was under way has ended, it is one to be tried again.
            await().untilAsserted(() ->
                    assertThat(replay.migration().backlog().quarantined()).isPositive());
            assertThat(replay.migration().obstacles(Stage.LIVE)).anyMatch(reason -> reason.contains("quarantined"));
            // Nothing is called with a gap before it.
            baskets.addTo(1, "e");
            assertThat(target.things.getOrDefault(1L, List.of())).isEmpty();
            assertThat(replay.settle(missed))
                    .as("it was changed since it was listed")
                    .isFalse();
            Missed again = replay.missed().get(0);
            target.things.put(1L, new CopyOnWriteArrayList<>(origin.things.get(1L)));
            assertThat(replay.settle(again)).isTrue();
            assertThat(replay.missed()).isEmpty();
            assertThat(replay.migration().backlog().isEmpty()).isTrue();
            baskets.addTo(1, "f");
            await().untilAsserted(() -> assertThat(target.things.get(1L)).endsWith("e", "f"));
            replay.migration().moveTo(Stage.LIVE);
        }
    }

    @Test
    void aRecordThatIsBeingChangedIsNotSettled() throws Exception {
        try (Replay<Baskets> replay = builder().waiting(1, 10).build()) {
            Baskets baskets = replay.decorated();
            target.failure = new IOException("down");
            baskets.addTo(1, "a");
            baskets.addTo(1, "b");
            Missed missed = replay.missed().get(0);
            origin.gate = new CountDownLatch(1);
            int before = origin.calls.get();
            Future<?> change = callers.submit(() -> {
                baskets.addTo(1, "c");
                return null;
            });
            await().until(() -> origin.calls.get() > before);
            assertThat(replay.settle(missed)).isFalse();
            origin.gate.countDown();
            change.get(30, TimeUnit.SECONDS);
            assertThat(replay.settle(missed)).isFalse();
        }
    }

    @Test
    void aCallThatIsMissingForOneRecordIsMissingForAllThatItChanges() throws Exception {
        try (Replay<Baskets> replay = builder().waiting(2, 10).build()) {
            Baskets baskets = replay.decorated();
            target.failure = new IOException("down");
            baskets.moveThing(1, 2, "a");
            baskets.addTo(1, "b");
            baskets.addTo(1, "c");
            assertThat(replay.missed().stream().map(Missed::record).collect(Collectors.toSet()))
                    .containsExactlyInAnyOrder(id(1), id(2));
            assertThat(replay.missed()).allMatch(Missed::dropped);
        }
    }

    @Test
    void aRepairBringsOverWhatCallsCannot() throws Exception {
        flag.set(Stage.SHADOW);
        AtomicInteger repairs = new AtomicInteger();
        try (Replay<Baskets> replay = builder()
                .waiting(2, 10)
                .repairing((record, from, to) -> {
                    repairs.incrementAndGet();
                    long key = BASKETS.codec().decode(record.key());
                    ((MemoryBaskets) to)
                            .things.put(
                                    key,
                                    new CopyOnWriteArrayList<>(
                                            from.findById(key).things()));
                })
                .build()) {
            Baskets baskets = replay.decorated();
            target.failure = new IOException("down");
            for (String thing : List.of("a", "b", "c", "d")) {
                baskets.addTo(1, thing);
                baskets.addTo(2, thing);
            }
            target.failure = null;
            await().untilAsserted(() -> assertThat(target.things).isEqualTo(origin.things));
            await().untilAsserted(() -> assertThat(replay.missed()).isEmpty());
            assertThat(repairs.get()).isPositive();
            replay.migration().moveTo(Stage.LIVE);
        }
    }

    @Test
    void aFailedRepairIsMadeAgain() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        try (Replay<Baskets> replay = builder()
                .repairing((record, from, to) -> {
                    if (attempts.incrementAndGet() < 3) {
                        throw new StackOverflowError("repair");
                    }
                })
                .build()) {
            target.failure = new IllegalStateException("no");
            replay.decorated().addTo(1, "a");
            await().untilAsserted(() -> assertThat(attempts.get()).isEqualTo(3));
            await().untilAsserted(() -> assertThat(replay.missed()).isEmpty());
            assertThat(attempts.get()).isEqualTo(3);
        }
    }

    @Test
    void afterManyAttemptsARecordIsQuarantinedAndReleasedByAPerson() throws Exception {
        try (Replay<Baskets> replay = builder()
                .relay(RelaySettings.defaults()
                        .withPoll(Duration.ofMillis(20))
                        .withAttempts(2, Duration.ofMillis(5), Duration.ofMillis(5)))
                .build()) {
            Baskets baskets = replay.decorated();
            target.failure = new java.sql.SQLException("value", "23505");
            baskets.addTo(1, "a");
            await().untilAsserted(() -> assertThat(events).hasAtLeastOneElementOfType(Quarantined.class));
            baskets.addTo(1, "b");
            target.failure = null;
            replay.migration().release(id(1));
            await().untilAsserted(() -> assertThat(target.things.get(1L)).containsExactly("a", "b"));
        }
    }

    @Test
    void aFailureOfTheAuthorityThatSaysNoIsNoMissedCallAndOneThatSaysNothingIs() throws Exception {
        try (Replay<Baskets> replay = builder().build()) {
            Baskets baskets = replay.decorated();
            origin.failure = new IllegalArgumentException("no such thing");
            assertThatThrownBy(() -> baskets.addTo(1, "a")).isSameAs(origin.failure);
            assertThat(replay.missed()).isEmpty();
            origin.failure = new IOException("connection lost");
            assertThatThrownBy(() -> baskets.addTo(1, "a")).isSameAs(origin.failure);
            assertThat(replay.missed()).hasSize(1).allMatch(Missed::dropped);
            origin.failure = null;
            origin.error = new OutOfMemoryError("of a test");
            assertThatThrownBy(() -> baskets.addTo(2, "a")).isSameAs(origin.error);
            assertThat(replay.missed()).hasSize(2);
        }
        assertThat(target.calls).hasValue(0);
    }

    @Test
    void whatIsOpenWhenTheMigrationEndsIsNeverReplayedInTheNext() throws Exception {
        try (Replay<Baskets> replay = builder().build()) {
            Baskets baskets = replay.decorated();
            target.failure = new IOException("down");
            baskets.addTo(1, "a");
            replay.migration().moveTo(Stage.OFF);
            target.failure = null;
            baskets.addTo(1, "b");
            flag.set(Stage.DUAL_WRITE);
            replay.migration().moveTo(Stage.DUAL_WRITE);
            assertThat(replay.missed()).isEmpty();
            baskets.addTo(1, "c");
            await().untilAsserted(() -> assertThat(target.things.get(1L)).containsExactly("c"));
        }
    }

    @Test
    void onTheCallersThreadTheCopyHasFollowedWhenTheCallReturns() throws Exception {
        try (Replay<Baskets> replay = builder().onCallersThread().build()) {
            replay.decorated().addTo(1, "a");
            assertThat(target.things.get(1L)).containsExactly("a");
            replay.write("add", id(1), baskets -> {
                baskets.addTo(1, "b");
                return true;
            });
            assertThat(target.things.get(1L)).containsExactly("a", "b");
            assertThat(replay.<Basket>read("find", id(1), baskets -> baskets.findById(1))
                            .things())
                    .containsExactly("a", "b");
            target.error = new StackOverflowError("down");
            replay.decorated().addTo(1, "c");
            target.error = null;
            // What waits goes first, whoever comes on what thread.
            replay.decorated().addTo(1, "d");
            await().untilAsserted(() -> assertThat(target.things.get(1L)).containsExactly("a", "b", "c", "d"));
        }
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() {
        DeclarationException thrown = catchThrowableOfType(
                DeclarationException.class,
                () -> Replay.between(Baskets.class, origin, origin)
                        .waiting(5, 2)
                        .name("")
                        .build());
        assertThat(thrown)
                .hasMessageContaining("same implementation")
                .hasMessageContaining(".records(")
                .hasMessageContaining("waiting")
                .hasMessageContaining("name")
                .hasMessageContaining("addTo");
    }

    interface Notes {
        Basket create(List<String> things);
    }

    @Test
    void aKeyThatTheCopyMakesDifferentlyIsMissedAtOnceAndNothingIsMadeTwice() {
        for (boolean inline : new boolean[] {false, true}) {
            AtomicInteger made = new AtomicInteger();
            Replay.Builder<Notes> builder = Replay.<Notes>between(
                            Notes.class,
                            things -> new Basket(things.size(), things),
                            things -> new Basket(things.size() + made.getAndIncrement(), things))
                    .records(BASKETS)
                    .stage(flag);
            try (Replay<Notes> replay = inline ? builder.onCallersThread().build() : builder.build()) {
                replay.decorated().create(List.of("same"));
                await().until(() -> made.get() == 1);
                await().untilAsserted(() ->
                        assertThat(replay.migration().backlog().isEmpty()).isTrue());
                assertThat(replay.missed()).isEmpty();
                replay.decorated().create(List.of("a", "b"));
                await().untilAsserted(() -> assertThat(replay.missed())
                        .hasSize(1)
                        .allMatch(missed -> missed.record().equals(id(2)) && missed.dropped()));
                await().untilAsserted(() ->
                        assertThat(replay.migration().backlog().quarantined()).isPositive());
                assertThat(made).hasValue(2);
            }
        }
    }

    /** A caller that calls the interface itself from within a call. */
    @Test
    void callsFromWithinACallArePartOfIt() throws Exception {
        Replay<?>[] made = new Replay<?>[1];
        MemoryBaskets inner = origin;
        Baskets calling = new Calling(inner, () -> (Baskets) made[0].decorated());
        Baskets callingToo = new Calling(target, () -> (Baskets) made[0].decorated());
        try (Replay<Baskets> replay = Replay.between(Baskets.class, calling, callingToo)
                .records(BASKETS)
                .methods(table -> table.writes("addTo", "moveThing", "rename")
                        .key("addTo", 0)
                        .key("moveThing", 0)
                        .key("moveThing", 1)
                        .key("rename", 0))
                .stage(flag)
                .build()) {
            made[0] = replay;
            replay.decorated().rename(1, "a");
            await().untilAsserted(() -> assertThat(target.things.get(1L)).containsExactly("a"));
            await().untilAsserted(() ->
                    assertThat(replay.migration().backlog().isEmpty()).isTrue());
            assertThat(origin.things).isEqualTo(target.things);
        }
    }

    private record Calling(MemoryBaskets own, java.util.function.Supplier<Baskets> whole) implements Baskets {
        @Override
        public Basket findById(long id) {
            return own.findById(id);
        }

        @Override
        public void addTo(long id, String thing) throws Exception {
            own.addTo(id, thing);
        }

        @Override
        public void moveThing(long from, long to, String thing) throws Exception {
            own.moveThing(from, to, thing);
        }

        @Override
        public void rename(long id, String thing) throws Exception {
            whole.get().addTo(id, "renamed soon");
            own.rename(id, thing);
        }
    }
}
