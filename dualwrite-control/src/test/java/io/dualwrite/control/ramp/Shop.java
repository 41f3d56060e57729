package io.dualwrite.control.ramp;

import static org.awaitility.Awaitility.await;

import io.dualwrite.DualWriteRepository;
import io.dualwrite.fence.Pace;
import io.dualwrite.flag.SettableStage;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.Store;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A repository at SHADOW over two maps, whose target can fail, lie and be slow; and a time of its own. */
public final class Shop implements AutoCloseable {
    static final int RECORDS = 1_000;

    public record Item(Long id, String text) {}

    /** What the target does to reads. */
    public enum Behaviour {
        GOOD,
        FAILS,
        LIES,
        SLOW
    }

    final Map<Long, Item> origin = new ConcurrentHashMap<>();
    final Map<Long, Item> target = new ConcurrentHashMap<>();
    final AtomicInteger targetReads = new AtomicInteger();
    final SettableStage flag = new SettableStage(Stage.SHADOW);
    final AtomicLong nanos = new AtomicLong();
    final CircuitBreaker breaker = patient();
    public final DualWriteRepository<Item, Long> items;
    public volatile Behaviour behaviour = Behaviour.GOOD;
    volatile boolean originFails;

    final Pace pace = new Pace() {
        @Override
        public long nanos() {
            return nanos.get();
        }

        @Override
        public void pause(Duration atLeast) {
            nanos.addAndGet(atLeast.toNanos());
        }
    };

    public Shop(double shadowSample) {
        this("shop", shadowSample);
    }

    Shop(String name, double shadowSample) {
        this(name, shadowSample, true);
    }

    /** Without a flag only calls move it. */
    Shop(String name, double shadowSample, boolean flagged) {
        for (long id = 0; id < RECORDS; id++) {
            origin.put(id, new Item(id, "text"));
            target.put(id, new Item(id, "text"));
        }
        DualWriteRepository.Builder<Item, Long> builder = DualWriteRepository.between(
                        Store.of(this::ofOrigin, item -> origin.put(item.id(), item), origin::remove),
                        Store.of(this::ofTarget, item -> target.put(item.id(), item), target::remove))
                .name(name)
                .key(Item::id)
                .wholeCopy(true)
                .staleAllowed(true)
                .copyBreaker(breaker)
                .shadowSample(shadowSample);
        items = (flagged ? builder.stage(flag) : builder.startingAt(Stage.SHADOW)).build();
        // Until the journal has been measured the copy is not known to be fresh, and answers nothing.
        items.migration().rampTo(100);
        origin.put(-1L, new Item(-1L, "of the origin"));
        await().until(() -> items.find(-1L) == null);
        origin.remove(-1L);
        items.migration().rampTo(0);
        targetReads.set(0);
    }

    /** One that never opens by itself here, so that what is seen is the ramp's doing. */
    private static CircuitBreaker patient() {
        return CircuitBreaker.of(
                "patient",
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(100_000)
                        .minimumNumberOfCalls(100_000)
                        .build());
    }

    private Item ofOrigin(Long id) {
        if (originFails) {
            throw new IllegalStateException("no such item");
        }
        return origin.get(id);
    }

    private Item ofTarget(Long id) {
        targetReads.incrementAndGet();
        switch (behaviour) {
            case FAILS -> throw new IllegalStateException("target is down");
            case LIES -> {
                return new Item(id, "another text");
            }
            case SLOW -> LockSupport.parkNanos(Duration.ofMillis(3).toNanos());
            case GOOD -> {}
        }
        return target.get(id);
    }

    /** So many reads, one key after the other. */
    public void read(int reads) {
        for (long read = 0; read < reads; read++) {
            items.find(read % RECORDS);
        }
    }

    RampSettings settings(String node) {
        return RampSettings.defaults()
                .withNode(node)
                .withTime(pace, Clock.fixed(Instant.parse("2026-11-23T10:00:00Z"), ZoneOffset.UTC));
    }

    void later(Duration much) {
        nanos.addAndGet(much.toNanos());
    }

    @Override
    public void close() {
        items.close();
    }
}
