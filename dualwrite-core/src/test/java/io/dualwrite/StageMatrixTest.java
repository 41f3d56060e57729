package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.dualwrite.FaultyOrders.Outage;
import io.dualwrite.decorate.RepositoryDecorator;
import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.ShadowCompared;
import io.dualwrite.event.MigrationEvent.ShadowFailed;
import io.dualwrite.event.MigrationEvent.TransferFailed;
import io.dualwrite.flag.StageSource;
import io.dualwrite.repair.RelaySettings;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.KeyCodecs;
import io.dualwrite.store.RecordType;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every stage that a flag may ask for, with every operation, with every outage of either side, in every mode: generated, and
 * held to the one table that users of feature flags know, below. It does not ask the library what its stages mean.
 */
@Execution(ExecutionMode.CONCURRENT)
class StageMatrixTest {
    private static final Order BEFORE = Order.of(1, "before");
    private static final Order AFTER = Order.of(1, "after");
    private static final Order UNTOUCHED = Order.of(2, "before");
    private static final Order OTHER = Order.of(2, "other");
    private static final RecordType<Order, Long> ORDERS =
            new RecordType<>("orders", Order.class, Long.class, KeyCodecs.of(Long.class), Order::id);

    /** The table. The first side to write decides; the second one must follow. */
    enum Row {
        OFF(Side.ORIGIN, false, Side.ORIGIN),
        DUAL_WRITE(Side.ORIGIN, false, Side.ORIGIN, Side.TARGET),
        SHADOW(Side.ORIGIN, true, Side.ORIGIN, Side.TARGET),
        LIVE(Side.TARGET, true, Side.TARGET, Side.ORIGIN),
        RAMP_DOWN(Side.TARGET, false, Side.TARGET, Side.ORIGIN),
        COMPLETE(Side.TARGET, false, Side.TARGET);

        final Side answers;
        final boolean compared;
        final List<Side> writes;

        Row(Side answers, boolean compared, Side... writes) {
            this.answers = answers;
            this.compared = compared;
            this.writes = List.of(writes);
        }

        boolean follows() {
            return writes.size() == 2;
        }
    }

    enum Operation {
        READ_BY_KEY {
            @Override
            Object run(OrderApi orders) throws Exception {
                return orders.findById(1L);
            }
        },
        QUERY {
            @Override
            Object run(OrderApi orders) throws Exception {
                return orders.findAll();
            }
        },
        SAVE(Map.of(1L, AFTER, 2L, UNTOUCHED)) {
            @Override
            Object run(OrderApi orders) throws Exception {
                orders.save(AFTER);
                return null;
            }
        },
        DELETE(Map.of(2L, UNTOUCHED)) {
            @Override
            Object run(OrderApi orders) throws Exception {
                orders.deleteById(1L);
                return null;
            }
        },
        SAVE_SEVERAL(Map.of(1L, AFTER, 2L, OTHER)) {
            @Override
            Object run(OrderApi orders) throws Exception {
                orders.saveAll(List.of(AFTER, OTHER));
                return null;
            }
        };

        /** What a side has afterwards that took it; null for a read. */
        final Map<Long, Order> after;

        Operation() {
            this.after = null;
        }

        Operation(Map<Long, Order> after) {
            this.after = after;
        }

        boolean writes() {
            return after != null;
        }

        abstract Object run(OrderApi orders) throws Exception;
    }

    /** How the copy follows. */
    enum Mode {
        TRANSFER {
            @Override
            AutoCloseable open(StageMatrixTest test, Row row) {
                DualWriteRepository<Order, Long> repository = test.settle(
                                DualWriteRepository.between(
                                        test.sides.origin().store(),
                                        test.sides.target().store()),
                                row)
                        .name("orders")
                        .key(Order::id)
                        .keyClass(Long.class)
                        .build();
                StoreMigration migration = (StoreMigration) repository.migration();
                test.orders = RepositoryDecorator.decorate(
                        OrderApi.class, test.sides, List.of(ORDERS), migration.writePath(), migration.readPath());
                return repository;
            }
        },
        REPLAY {
            @Override
            AutoCloseable open(StageMatrixTest test, Row row) {
                Replay<OrderApi> replay = test.replay(row).build();
                test.orders = replay.decorated();
                return replay;
            }
        },
        REPLAY_ON_CALLERS_THREAD {
            @Override
            AutoCloseable open(StageMatrixTest test, Row row) {
                Replay<OrderApi> replay = test.replay(row).onCallersThread().build();
                test.orders = replay.decorated();
                return replay;
            }
        };

        abstract AutoCloseable open(StageMatrixTest test, Row row);
    }

    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final List<MigrationEvent> events = new CopyOnWriteArrayList<>();
    private final Sides<FaultyOrders> sides = Sides.each(side -> new FaultyOrders(side, calls::add));
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "copy");
        thread.setDaemon(true);
        return thread;
    });
    private OrderApi orders;

    @AfterEach
    void end() {
        threads.shutdownNow();
        Thread.interrupted();
    }

    private Replay.Builder<OrderApi> replay(Row row) {
        return settle(Replay.between(OrderApi.class, sides.origin(), sides.target()), row)
                .name("orders")
                .records(ORDERS);
    }

    private <B extends MigrationBuilder<B>> B settle(B builder, Row row) {
        return builder.stage(StageSource.constant(Stage.valueOf(row.name())))
                .listener(events::add)
                .fallback(false)
                .copyDeadline(Duration.ofMillis(50))
                .copyExecutor(work -> {
                    if (sides.of(copy(row)).outage() == Outage.REFUSES_THREADS) {
                        throw new RejectedExecutionException("no thread");
                    }
                    threads.execute(work);
                })
                .relay(RelaySettings.defaults()
                        .withPoll(Duration.ofMillis(20))
                        .withAttempts(1_000, Duration.ofMillis(5), Duration.ofMillis(5)));
    }

    private static Side copy(Row row) {
        return row.answers.other();
    }

    static Stream<Arguments> cases() {
        return Arrays.stream(Mode.values())
                .flatMap(mode -> Arrays.stream(Row.values())
                        .flatMap(row -> Arrays.stream(Operation.values())
                                .map(operation -> Arguments.of(mode, row, operation))));
    }

    static Stream<Arguments> outagesOfTheCopy() {
        // Whoever lets the copy be called on his own thread waits as long as it does.
        Predicate<Arguments> hangsTheCaller =
                each -> each.get()[0] == Mode.REPLAY_ON_CALLERS_THREAD && each.get()[3] == Outage.HANGS;
        return withOutages(Set.of(Outage.NONE)).filter(hangsTheCaller.negate());
    }

    static Stream<Arguments> outagesOfTheAuthority() {
        return withOutages(Set.of(Outage.NONE, Outage.REFUSES_THREADS));
    }

    private static Stream<Arguments> withOutages(Set<Outage> without) {
        return cases().flatMap(each -> Arrays.stream(Outage.values())
                .filter(outage -> !without.contains(outage))
                .map(outage -> Arguments.of(each.get()[0], each.get()[1], each.get()[2], outage)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theAuthorityAnswersAndTheCopyIsCalledWhereAndWhenTheTableSaysSo(Mode mode, Row row, Operation operation)
            throws Exception {
        fill();
        try (AutoCloseable open = mode.open(this, row)) {
            assertThat(operation.run(orders)).isEqualTo(expectedAnswer(operation));
            if (operation.writes()) {
                for (Side side : row.writes) {
                    soon().untilAsserted(() -> assertThat(sides.of(side).rows()).isEqualTo(operation.after));
                }
            } else if (row.compared) {
                soon().untilAsserted(() -> assertThat(events)
                        .filteredOn(ShadowCompared.class::isInstance)
                        .extracting(event -> ((ShadowCompared) event).equal())
                        .containsExactly(true));
            }
        }
        assertThat(firstCalls(operation)).containsExactlyElementsOf(expectedCalls(row, operation));
        assertThat(events).doesNotHaveAnyElementsOfTypes(TransferFailed.class, ShadowFailed.class);
    }

    @ParameterizedTest
    @MethodSource("outagesOfTheCopy")
    void noOutageOfTheCopyReachesTheCallerAndItFollowsOnceItIsOver(
            Mode mode, Row row, Operation operation, Outage outage) throws Exception {
        fill();
        FaultyOrders copy = sides.of(copy(row));
        copy.suffer(outage);
        boolean onCallersThread = mode == Mode.REPLAY_ON_CALLERS_THREAD && operation.writes() && row.follows();
        try (AutoCloseable open = mode.open(this, row)) {
            assertThat(operation.run(orders)).isEqualTo(expectedAnswer(operation));
            // Only what has interrupted this very thread is known to it afterwards.
            assertThat(Thread.interrupted()).isEqualTo(onCallersThread && outage == Outage.INTERRUPTS);
            if (operation.writes()) {
                assertThat(sides.of(row.answers).rows).isEqualTo(operation.after);
            }
            boolean writeFails = operation.writes()
                    && row.follows()
                    && outage != Outage.ANSWERS_NULL
                    && !(onCallersThread && outage == Outage.REFUSES_THREADS);
            boolean readDiffers = !operation.writes() && row.compared && outage != Outage.REFUSES_THREADS;
            if (writeFails) {
                soon().untilAsserted(() -> assertThat(events).hasAtLeastOneElementOfType(TransferFailed.class));
            } else if (readDiffers && outage == Outage.ANSWERS_NULL) {
                soon().untilAsserted(() -> assertThat(events)
                        .anyMatch(event -> event instanceof ShadowCompared compared && !compared.equal()));
            } else if (readDiffers && outage != Outage.HANGS) {
                soon().untilAsserted(() -> assertThat(events).hasAtLeastOneElementOfType(ShadowFailed.class));
            }
            copy.heal();
            if (operation.writes() && row.follows()) {
                soon().untilAsserted(() -> assertThat(copy.rows()).isEqualTo(operation.after));
            }
        } finally {
            copy.heal();
        }
        if (operation.writes() && !row.follows()) {
            assertThat(calls).doesNotContain("writes " + copy(row));
        }
        if (!operation.writes() && !row.compared) {
            assertThat(calls).doesNotContain("reads " + copy(row));
        }
        assertThat(calls.get(0)).isEqualTo(expectedCalls(row, operation).get(0));
    }

    @ParameterizedTest
    @MethodSource("outagesOfTheAuthority")
    void theAuthoritysOwnOutageReachesTheCallerUnchangedAndNeverTheCopy(
            Mode mode, Row row, Operation operation, Outage outage) throws Exception {
        fill();
        FaultyOrders authority = sides.of(row.answers);
        FaultyOrders copy = sides.of(copy(row));
        authority.suffer(outage);
        try (AutoCloseable open = mode.open(this, row)) {
            if (outage == Outage.HANGS) {
                FutureTask<Object> caller = new FutureTask<>(() -> operation.run(orders));
                threads.execute(caller);
                soon().untilAsserted(() -> assertThat(calls).isNotEmpty());
                assertThat(caller.isDone()).isFalse();
                assertThat(calls).doesNotContain("writes " + copy(row), "reads " + copy(row));
                authority.heal();
                assertThat(caller.get(30, TimeUnit.SECONDS)).isEqualTo(expectedAnswer(operation));
                return;
            }
            if (outage == Outage.ANSWERS_NULL) {
                assertThat(operation.run(orders)).isNull();
                return;
            }
            Throwable thrown = catchThrowable(() -> operation.run(orders));
            assertThat(thrown).isExactlyInstanceOf(classOf(outage));
            assertThat(Thread.interrupted()).isFalse();
            if (open instanceof Replay<?> replay) {
                authority.heal();
                // A call that was kept for the relay would still be open, or made by now.
                soon().until(() -> replay.migration().backlog().open() == 0);
            }
            assertThat(copy.rows()).isEqualTo(Map.of(1L, BEFORE, 2L, UNTOUCHED));
        } finally {
            authority.heal();
        }
        if (operation.writes()) {
            assertThat(calls).doesNotContain("writes " + copy(row));
        }
        assertThat(sides.of(row.answers).rows).isEqualTo(Map.of(1L, BEFORE, 2L, UNTOUCHED));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aCallerThatWasInterruptedStaysSoAndIsServed(Mode mode, Row row, Operation operation) throws Exception {
        fill();
        try (AutoCloseable open = mode.open(this, row)) {
            Thread.currentThread().interrupt();
            Object answer = operation.run(orders);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(answer).isEqualTo(expectedAnswer(operation));
            if (operation.writes()) {
                for (Side side : row.writes) {
                    soon().untilAsserted(() -> assertThat(sides.of(side).rows()).isEqualTo(operation.after));
                }
            }
        }
    }

    private static ConditionFactory soon() {
        return await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2));
    }

    private void fill() {
        for (Side side : Side.values()) {
            sides.of(side).rows.putAll(Map.of(1L, BEFORE, 2L, UNTOUCHED));
        }
    }

    private static Object expectedAnswer(Operation operation) {
        return switch (operation) {
            case READ_BY_KEY -> BEFORE;
            case QUERY -> List.of(BEFORE, UNTOUCHED);
            default -> null;
        };
    }

    private static List<String> expectedCalls(Row row, Operation operation) {
        if (operation.writes()) {
            return row.writes.stream().map(side -> "writes " + side).toList();
        }
        String first = "reads " + row.answers;
        return row.compared ? List.of(first, "reads " + copy(row)) : List.of(first);
    }

    /** Each kind of call that was made for the operation, by its first time; a transfer of state reads before it writes. */
    private List<String> firstCalls(Operation operation) {
        return calls.stream()
                .filter(call -> call.startsWith(operation.writes() ? "writes" : "reads"))
                .distinct()
                .toList();
    }

    private static Class<?> classOf(Outage outage) {
        return switch (outage) {
            case THROWS_CHECKED -> IOException.class;
            case THROWS_UNCHECKED -> IllegalStateException.class;
            case THROWS_ERROR -> NoClassDefFoundError.class;
            case OVERFLOWS -> StackOverflowError.class;
            case INTERRUPTS -> InterruptedException.class;
            default -> throw new IllegalArgumentException(outage + " throws nothing");
        };
    }
}
