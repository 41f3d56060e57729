package io.dualwrite.benchmarks;

import io.dualwrite.Replay;
import io.dualwrite.flag.StageSource;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.KeyCodecs;
import io.dualwrite.store.RecordType;
import io.dualwrite.store.Store;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.retry.Retry;

/** Replay of calls on the caller's thread at DUAL_WRITE, called without a proxy, each write naming its record. */
final class ReplayedOrders implements Store<Order, Long>, AutoCloseable {
    private static final RecordType<Order, Long> TYPE =
            new RecordType<>("orders", Order.class, Long.class, KeyCodecs.of(Long.class), Order::id);

    private final Replay<Orders> replay;
    /** As a caller has it who knows which record it changes. */
    private final RecordId record = new RecordId("orders", "4711");

    /** Whether breaker and retry are around the call to the copy. */
    ReplayedOrders(Orders old, Orders next, boolean guarded) {
        Replay.Builder<Orders> builder = Replay.between(Orders.class, old, next)
                .name("orders")
                .records(TYPE)
                .onCallersThread()
                .stage(StageSource.constant(Stage.DUAL_WRITE));
        if (guarded) {
            builder.copyBreaker(CircuitBreaker.ofDefaults("orders")).copyRetry(Retry.ofDefaults("orders"));
        }
        replay = builder.build();
    }

    @Override
    public Order find(Long key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void save(Order order) throws Exception {
        replay.<Boolean>write("save", record, orders -> {
            orders.save(order);
            return true;
        });
    }

    @Override
    public void delete(Long key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        replay.close();
    }
}
