package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dualwrite.flag.StageSource;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.KeyCodecs;
import io.dualwrite.store.RecordType;
import io.dualwrite.store.Store;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Calls to the copy on threads of the application's own: virtual ones where the build runs on a JDK that has them, and
 * ordinary ones elsewhere, with the same expectations.
 */
class VirtualThreadsTest {
    private final Map<Long, Order> origin = new ConcurrentHashMap<>();
    private final Map<Long, Order> target = new ConcurrentHashMap<>();
    private final Set<Boolean> onVirtual = ConcurrentHashMap.newKeySet();
    private final ExecutorService own = threads();

    @AfterEach
    void end() {
        own.shutdownNow();
    }

    private static boolean present() {
        return Runtime.version().feature() >= 21;
    }

    private static ExecutorService threads() {
        if (!present()) {
            return Executors.newCachedThreadPool();
        }
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isVirtual() {
        try {
            Method asked = Thread.class.getMethod("isVirtual");
            return (boolean) asked.invoke(Thread.currentThread());
        } catch (ReflectiveOperationException older) {
            return false;
        }
    }

    private Store<Order, Long> copy() {
        return Store.of(
                key -> {
                    onVirtual.add(isVirtual());
                    return target.get(key);
                },
                order -> {
                    onVirtual.add(isVirtual());
                    target.put(order.id(), order);
                },
                target::remove);
    }

    @Test
    void transfersAndReadsOfTheCopyRunThere() {
        try (DualWriteRepository<Order, Long> orders = DualWriteRepository.between(
                        Store.of(origin::get, order -> origin.put(order.id(), order), origin::remove), copy())
                .key(Order::id)
                .shadowSample(0)
                .staleAllowed(true)
                .wholeCopy(true)
                .copyExecutor(own)
                .stage(StageSource.constant(Stage.SHADOW))
                .build()) {
            for (long key = 1; key <= 100; key++) {
                orders.save(Order.of(key, "ann"));
            }
            await().untilAsserted(() -> assertThat(target).isEqualTo(origin));
            orders.migration().rampTo(100);
            await().untilAsserted(() -> assertThat(orders.find(1L)).isEqualTo(Order.of(1, "ann")));
        }
        assertThat(onVirtual).containsExactly(present());
    }

    interface Saving {
        void save(Order order);
    }

    @Test
    void replaysRunThere() {
        Saving copy = order -> {
            onVirtual.add(isVirtual());
            target.put(order.id(), order);
        };
        try (Replay<Saving> replay = Replay.<Saving>between(Saving.class, order -> origin.put(order.id(), order), copy)
                .records(new RecordType<>("orders", Order.class, Long.class, KeyCodecs.of(Long.class), Order::id))
                .copyExecutor(own)
                .stage(StageSource.constant(Stage.DUAL_WRITE))
                .build()) {
            for (long key = 1; key <= 100; key++) {
                replay.decorated().save(Order.of(key, "ann"));
            }
            await().untilAsserted(() -> assertThat(target).isEqualTo(origin).hasSize(100));
        }
        assertThat(onVirtual).containsExactly(present());
    }
}
