package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.FellBack;
import io.dualwrite.event.MigrationEvent.FlagFailed;
import io.dualwrite.event.MigrationEvent.ShadowCompared;
import io.dualwrite.event.MigrationEvent.ShadowFailed;
import io.dualwrite.event.MigrationEvent.Transferred;
import io.dualwrite.event.MigrationEvent.WaitedOut;
import io.dualwrite.flag.StageSource;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.KeyCodecs;
import io.dualwrite.store.RecordType;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a comparator, a listener, a sampler, a fallback policy or a flag does: the caller does not notice, and events tell of it. */
@Execution(ExecutionMode.CONCURRENT)
class MisbehaviourTest {
    private static final Order ORDER = Order.of(1, "ann");
    private static final RecordType<Order, Long> ORDERS =
            new RecordType<>("orders", Order.class, Long.class, KeyCodecs.of(Long.class), Order::id);

    enum Misdeed {
        THROWS {
            @Override
            <T> T commit() {
                throw new IllegalStateException("misdeed");
            }
        },
        FAILS {
            @Override
            <T> T commit() {
                throw new NoClassDefFoundError("misdeed");
            }
        },
        OVERFLOWS {
            @Override
            <T> T commit() {
                return commit();
            }
        },
        INTERRUPTED {
            @Override
            <T> T commit() {
                throw Misdeed.<RuntimeException>sneaky(new InterruptedException("misdeed"));
            }
        },
        ANSWERS_NULL {
            @Override
            <T> T commit() {
                return null;
            }
        },
        SWALLOWS_INTERRUPTS {
            @Override
            <T> T commit() {
                Thread.interrupted();
                return null;
            }
        };

        abstract <T> T commit();

        @SuppressWarnings("unchecked")
        private static <E extends Exception> E sneaky(Exception thrown) throws E {
            throw (E) thrown;
        }
    }

    /** The two modes, as the same few methods. */
    interface Subject extends AutoCloseable {
        Order find() throws Exception;

        void save() throws Exception;

        void refresh();

        Stage stage();

        @Override
        void close();
    }

    enum Mode {
        TRANSFER {
            @Override
            Subject open(Sides<FaultyOrders> sides, Consumer<MigrationBuilder<?>> settings) {
                var builder = DualWriteRepository.between(
                                sides.origin().store(), sides.target().store())
                        .key(Order::id);
                settings.accept(builder);
                DualWriteRepository<Order, Long> orders = builder.build();
                return new Subject() {
                    @Override
                    public Order find() {
                        return orders.find(1L);
                    }

                    @Override
                    public void save() {
                        orders.save(ORDER);
                    }

                    @Override
                    public void refresh() {
                        orders.refresh();
                    }

                    @Override
                    public Stage stage() {
                        return orders.stage();
                    }

                    @Override
                    public void close() {
                        orders.close();
                    }
                };
            }
        },
        REPLAY {
            @Override
            Subject open(Sides<FaultyOrders> sides, Consumer<MigrationBuilder<?>> settings) {
                var builder = Replay.between(OrderApi.class, sides.origin(), sides.target())
                        .records(ORDERS);
                settings.accept(builder);
                return subject(builder.build());
            }
        },
        REPLAY_ON_CALLERS_THREAD {
            @Override
            Subject open(Sides<FaultyOrders> sides, Consumer<MigrationBuilder<?>> settings) {
                var builder = Replay.between(OrderApi.class, sides.origin(), sides.target())
                        .records(ORDERS)
                        .onCallersThread();
                settings.accept(builder);
                return subject(builder.build());
            }
        };

        abstract Subject open(Sides<FaultyOrders> sides, Consumer<MigrationBuilder<?>> settings);

        static Subject subject(Replay<OrderApi> replay) {
            return new Subject() {
                @Override
                public Order find() throws Exception {
                    return replay.decorated().findById(1L);
                }

                @Override
                public void save() throws Exception {
                    replay.decorated().save(ORDER);
                }

                @Override
                public void refresh() {
                    replay.refresh();
                }

                @Override
                public Stage stage() {
                    return replay.stage();
                }

                @Override
                public void close() {
                    replay.close();
                }
            };
        }
    }

    private final Sides<FaultyOrders> sides = Sides.each(side -> new FaultyOrders(side, call -> {}));
    private final List<MigrationEvent> events = new CopyOnWriteArrayList<>();

    @AfterEach
    void clearInterrupt() {
        Thread.interrupted();
    }

    static Stream<Arguments> cases() {
        return Arrays.stream(Mode.values())
                .flatMap(mode -> Arrays.stream(Misdeed.values()).map(misdeed -> Arguments.of(mode, misdeed)));
    }

    private Subject open(Mode mode, Consumer<MigrationBuilder<?>> settings) {
        sides.origin().rows.put(1L, ORDER);
        sides.target().rows.put(1L, ORDER);
        return mode.open(sides, builder -> {
            builder.stage(StageSource.constant(Stage.SHADOW));
            settings.accept(builder);
            builder.listener(events::add);
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aComparator(Mode mode, Misdeed misdeed) throws Exception {
        try (Subject subject = open(mode, builder -> builder.comparing((authority, copy) -> misdeed.commit()))) {
            Thread.currentThread().interrupt();
            assertThat(subject.find()).isEqualTo(ORDER);
            assertThat(Thread.interrupted()).isTrue();
            await().untilAsserted(() -> assertThat(events).hasAtLeastOneElementOfType(ShadowFailed.class));
            subject.save();
        }
        assertThat(events).doesNotHaveAnyElementsOfTypes(ShadowCompared.class);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aSampler(Mode mode, Misdeed misdeed) throws Exception {
        boolean throwing = misdeed != Misdeed.SWALLOWS_INTERRUPTS && misdeed != Misdeed.ANSWERS_NULL;
        try (Subject subject = open(
                mode, builder -> builder.shadowSampler(() -> misdeed.commit() == null && misdeed != Misdeed.THROWS))) {
            assertThat(subject.find()).isEqualTo(ORDER);
            assertThat(Thread.interrupted()).isEqualTo(misdeed == Misdeed.INTERRUPTED);
            Thread.currentThread().interrupt();
            assertThat(subject.find()).isEqualTo(ORDER);
            assertThat(Thread.interrupted()).isTrue();
            Class<?> told = throwing ? ShadowFailed.class : ShadowCompared.class;
            await().untilAsserted(() -> assertThat(events).hasAtLeastOneElementOfType(told));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aFallbackPolicy(Mode mode, Misdeed misdeed) throws Exception {
        try (Subject subject =
                open(mode, builder -> builder.wholeCopy(true).fallback(failure -> misdeed.<Boolean>commit()))) {
            sides.origin().suffer(FaultyOrders.Outage.THROWS_CHECKED);
            Thread.currentThread().interrupt();
            assertThatThrownBy(subject::find)
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessage("down");
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(events).doesNotHaveAnyElementsOfTypes(FellBack.class);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aListener(Mode mode, Misdeed misdeed) throws Exception {
        Thread caller = Thread.currentThread();
        AtomicInteger onCaller = new AtomicInteger();
        sides.target().suffer(FaultyOrders.Outage.THROWS_CHECKED);
        try (Subject subject = open(
                mode,
                builder -> builder.waitForCopy(Duration.ofMillis(5)).listener(event -> {
                    if (Thread.currentThread() == caller) {
                        onCaller.incrementAndGet();
                    }
                    misdeed.commit();
                }))) {
            subject.save();
            // The caller's own thread has told of its wait.
            assertThat(onCaller.get()).isPositive();
            assertThat(Thread.interrupted()).isEqualTo(misdeed == Misdeed.INTERRUPTED);
            assertThat(events).hasAtLeastOneElementOfType(WaitedOut.class);
            sides.target().heal();
            await().untilAsserted(() -> assertThat(events).hasAtLeastOneElementOfType(Transferred.class));
            assertThat(subject.find()).isEqualTo(ORDER);
            await().untilAsserted(() -> assertThat(events).hasAtLeastOneElementOfType(ShadowCompared.class));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aFlag(Mode mode, Misdeed misdeed) throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (Subject subject = open(
                mode,
                builder -> builder.stage(() -> asked.getAndIncrement() == 0 ? Stage.LIVE : misdeed.<Stage>commit()))) {
            Thread.currentThread().interrupt();
            subject.refresh();
            assertThat(Thread.interrupted()).isTrue();
            await().untilAsserted(() -> assertThat(events).hasAtLeastOneElementOfType(FlagFailed.class));
            assertThat(subject.stage()).isEqualTo(Stage.LIVE);
            subject.save();
            assertThat(subject.find()).isEqualTo(ORDER);
            assertThat(sides.of(Side.TARGET).rows).containsEntry(1L, ORDER);
        }
    }
}
