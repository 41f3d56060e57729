package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.event.CallContext;
import io.dualwrite.event.MigrationEvent.ShadowCompared;
import io.dualwrite.event.MigrationEvent.Transferred;
import io.dualwrite.flag.StageSource;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** The context of a caller is around everything that its call causes elsewhere, and around nothing else. */
class CallContextTest {
    private final Map<Long, Order> origin = new ConcurrentHashMap<>();
    private final Map<Long, Order> target = new ConcurrentHashMap<>();
    /** What was called on the copy, with the context and the thread it was called in. */
    private final List<String> onCopy = new CopyOnWriteArrayList<>();

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final String caller = Thread.currentThread().getName();

    /** Long enough for a breaker that a busy machine has opened to close again. */
    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofMinutes(1));
    }

    @AfterEach
    void leave() {
        MDC.clear();
        Thread.interrupted();
    }

    private DualWriteRepository.Builder<Order, Long> at(Stage stage) {
        return DualWriteRepository.between(
                        Store.<Order, Long>of(origin::get, order -> origin.put(order.id(), order), origin::remove),
                        Store.<Order, Long>of(
                                key -> seen("find", target.get(key)),
                                order -> target.put(order.id(), seen("save " + order.id(), order)),
                                target::remove))
                .key(Order::id)
                .listener(event -> {
                    if (event instanceof Transferred || event instanceof ShadowCompared) {
                        events.add(event.getClass().getSimpleName() + " in " + MDC.get("trace"));
                    }
                })
                .stage(StageSource.constant(stage));
    }

    private <T> T seen(String call, T value) {
        assertThat(Thread.currentThread().getName()).isNotEqualTo(caller);
        onCopy.add(call + " in " + MDC.get("trace"));
        return value;
    }

    @Test
    void transfersAreMadeInTheContextOfWhoeverChangedTheRecord() {
        try (DualWriteRepository<Order, Long> orders =
                at(Stage.DUAL_WRITE).callContext(CallContext.mdc()).build()) {
            for (long key = 1; key <= 20; key++) {
                MDC.put("trace", "caller-" + key);
                orders.save(Order.of(key, "ann"));
            }
            MDC.clear();
            orders.save(Order.of(21, "bob"));
            // Verification reads the copy too, in a context of its own.
            await().untilAsserted(() -> assertThat(onCopy)
                    .filteredOn(call -> call.startsWith("save "))
                    .hasSize(21));
            for (long key = 1; key <= 20; key++) {
                assertThat(onCopy).contains("save " + key + " in caller-" + key);
            }
            assertThat(onCopy).contains("save 21 in null");
            assertThat(events).contains("Transferred in caller-1", "Transferred in null");
        }
    }

    @Test
    void aComparisonIsMadeInTheContextOfWhoeverAsked() {
        try (DualWriteRepository<Order, Long> orders =
                at(Stage.SHADOW).callContext(CallContext.mdc()).build()) {
            MDC.put("trace", "reader");
            orders.find(1L);
            MDC.clear();
            await().untilAsserted(() -> assertThat(events).containsExactly("ShadowCompared in reader"));
            assertThat(onCopy).containsOnly("find in reader");
        }
    }

    @Test
    void aReadThatTheCopyAnswersIsMadeInTheContextOfWhoeverAsked() {
        origin.put(1L, Order.of(1, "ann"));
        target.put(1L, Order.of(1, "ann"));
        try (DualWriteRepository<Order, Long> orders = at(Stage.SHADOW)
                .callContext(CallContext.mdc())
                .shadowSample(0)
                .wholeCopy(true)
                .staleAllowed(true)
                .build()) {
            orders.migration().rampTo(100);
            await().untilAsserted(() -> {
                MDC.put("trace", "reader");
                orders.find(1L);
                assertThat(onCopy).isNotEmpty();
            });
            assertThat(onCopy).containsOnly("find in reader");
        }
    }

    @Test
    void nothingIsCapturedWhereNothingIsDeclared() {
        try (DualWriteRepository<Order, Long> orders = at(Stage.SHADOW).build()) {
            MDC.put("trace", "caller");
            orders.save(Order.of(1, "ann"));
            await().untilAsserted(() -> assertThat(onCopy).contains("save 1 in null"));
        }
    }

    @Test
    void aContextThatFailsChangesNothing() {
        List<Supplier<CallContext>> failing = List.of(
                () -> () -> {
                    throw new StackOverflowError("capture");
                },
                () -> () -> {
                    throw CallContextTest.<RuntimeException>sneaky(new InterruptedException("capture"));
                },
                () -> () -> () -> {
                    throw new NoClassDefFoundError("restore");
                },
                () -> () -> () -> null,
                () -> () -> () -> () -> {
                    throw new AssertionError("close");
                });
        for (Supplier<CallContext> each : failing) {
            target.clear();
            events.clear();
            try (DualWriteRepository<Order, Long> orders =
                    at(Stage.SHADOW).callContext(each.get()).build()) {
                orders.save(Order.of(1, "ann"));
                assertThat(orders.find(1L)).isEqualTo(Order.of(1, "ann"));
                Thread.interrupted();
                await().untilAsserted(() -> assertThat(target).containsKey(1L));
                await().untilAsserted(() -> assertThat(events).anyMatch(event -> event.startsWith("ShadowCompared")));
            }
        }
    }

    @Test
    void anInterruptThatAContextSwallowsOrThrowsIsKept() {
        List<CallContext> swallowing = List.of(
                () -> {
                    Thread.interrupted();
                    return null;
                },
                () -> {
                    throw CallContextTest.<RuntimeException>sneaky(new InterruptedException("capture"));
                });
        for (CallContext each : swallowing) {
            try (DualWriteRepository<Order, Long> orders =
                    at(Stage.DUAL_WRITE).callContext(each).build()) {
                Thread.currentThread().interrupt();
                orders.save(Order.of(1, "ann"));
                assertThat(Thread.interrupted()).isTrue();
                assertThat(origin).containsKey(1L);
            }
        }
    }

    @Test
    void theThreadsOfAnExecutorAreLeftAsTheyWere() throws Exception {
        ScheduledExecutorService own = Executors.newScheduledThreadPool(1, work -> {
            Thread thread = new Thread(work, "own");
            thread.setDaemon(true);
            return thread;
        });
        origin.put(1L, Order.of(1, "ann"));
        try (DualWriteRepository<Order, Long> orders = at(Stage.SHADOW)
                .callContext(CallContext.mdc())
                .copyExecutor(own)
                .shadowSample(0)
                .wholeCopy(true)
                .staleAllowed(true)
                .build()) {
            orders.migration().rampTo(100);
            await().untilAsserted(() -> {
                MDC.put("trace", "reader");
                orders.find(1L);
                assertThat(onCopy).contains("find in reader");
            });
            CountDownLatch looked = new CountDownLatch(1);
            own.execute(() -> {
                onCopy.add("afterwards in " + MDC.get("trace"));
                looked.countDown();
            });
            looked.await();
            assertThat(onCopy).contains("afterwards in null");
        } finally {
            own.shutdownNow();
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Exception> E sneaky(Exception thrown) throws E {
        throw (E) thrown;
    }
}
