package io.dualwrite.benchmarks;

import io.dualwrite.DualWriteRepository;
import io.dualwrite.benchmarks.Backend.Opened;
import io.dualwrite.flag.StageSource;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.Store;
import org.jspecify.annotations.Nullable;

/** Who stands between the caller and the store. */
public enum Access {
    /** Nobody: the baseline. */
    DIRECT {
        @Override
        Opened open(Store<Order, Long> old, Store<Order, Long> next) {
            return new Opened(old, () -> {});
        }
    },
    /** An {@code if} that does not write twice. */
    IF_OFF {
        @Override
        Opened open(Store<Order, Long> old, Store<Order, Long> next) {
            return new Opened(new HandWritten(old, next, Stage.OFF), () -> {});
        }
    },
    /** An {@code if} that writes twice, the second write on the caller's thread. */
    IF_DUAL_WRITE {
        @Override
        Opened open(Store<Order, Long> old, Store<Order, Long> next) {
            return new Opened(new HandWritten(old, next, Stage.DUAL_WRITE), () -> {});
        }
    },
    /** The library, writing once, under its fence. */
    DUALWRITE_OFF {
        @Override
        Opened open(Store<Order, Long> old, Store<Order, Long> next) {
            return repository(old, next, Stage.OFF);
        }
    },
    /** The library, writing once and journalling, the copy following in the background. */
    DUALWRITE_DUAL_WRITE {
        @Override
        Opened open(Store<Order, Long> old, Store<Order, Long> next) {
            return repository(old, next, Stage.DUAL_WRITE);
        }
    };

    abstract Opened open(Store<Order, Long> old, Store<Order, Long> next);

    private static Opened repository(Store<Order, Long> old, Store<Order, Long> next, Stage stage) {
        DualWriteRepository<Order, Long> orders = DualWriteRepository.between(old, next)
                .key(Order::id)
                .stage(StageSource.constant(stage))
                .build();
        return new Opened(new Decorated(orders), orders::close);
    }

    private record Decorated(DualWriteRepository<Order, Long> orders) implements Store<Order, Long> {
        @Override
        public @Nullable Order find(Long key) throws Exception {
            return orders.find(key);
        }

        @Override
        public void save(Order order) throws Exception {
            orders.save(order);
        }

        @Override
        public void delete(Long key) throws Exception {
            orders.delete(key);
        }
    }
}
