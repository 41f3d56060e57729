package io.dualwrite.benchmarks;

import com.launchdarkly.sdk.server.migrations.MigrationExecution;
import com.launchdarkly.sdk.server.migrations.MigrationSerialOrder;
import io.dualwrite.DualWriteRepository;
import io.dualwrite.benchmarks.Backend.Opened;
import io.dualwrite.flag.StageSource;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
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
    /** A JDK proxy that hands on and does nothing else. */
    JDK_PROXY {
        @Override
        Opened open(Store<Order, Long> old, Store<Order, Long> next) {
            return new Opened(new Proxies.AsStore(Proxies.handingOn((Orders) old)), () -> {});
        }
    },
    /** LaunchDarkly's migrations at stage off. */
    LAUNCHDARKLY_OFF {
        @Override
        Opened open(Store<Order, Long> old, Store<Order, Long> next) {
            return launchDarkly(old, next, "off", MigrationExecution.Parallel());
        }
    },
    /** LaunchDarkly's migrations, writing to one side after the other. */
    LAUNCHDARKLY_DUAL_WRITE {
        @Override
        Opened open(Store<Order, Long> old, Store<Order, Long> next) {
            return launchDarkly(old, next, "dualwrite", MigrationExecution.Parallel());
        }
    },
    /** LaunchDarkly's migrations, reading one side after the other. */
    LAUNCHDARKLY_SHADOW {
        @Override
        Opened open(Store<Order, Long> old, Store<Order, Long> next) {
            return launchDarkly(old, next, "shadow", MigrationExecution.Serial(MigrationSerialOrder.FIXED));
        }
    },
    /** LaunchDarkly's migrations, reading both sides on threads of its own and waiting for both. */
    LAUNCHDARKLY_SHADOW_PARALLEL {
        @Override
        Opened open(Store<Order, Long> old, Store<Order, Long> next) {
            return launchDarkly(old, next, "shadow", MigrationExecution.Parallel());
        }
    },
    /** Scientist4J, one side after the other. */
    SCIENTIST4J {
        @Override
        Opened open(Store<Order, Long> old, Store<Order, Long> next) {
            return new Opened(new Scientist(old, next), () -> {});
        }
    },
    /** Two writes by hand, the second within breaker and retry. */
    RESILIENCE4J {
        @Override
        Opened open(Store<Order, Long> old, Store<Order, Long> next) {
            return new Opened(new ResilienceAlone(old, next), () -> {});
        }
    },
    /** The library, calling both sides on the caller's thread. */
    REPLAY {
        @Override
        Opened open(Store<Order, Long> old, Store<Order, Long> next) {
            return replayed(old, next, false);
        }
    },
    /** The library, calling both sides on the caller's thread, the second within breaker and retry. */
    REPLAY_GUARDED {
        @Override
        Opened open(Store<Order, Long> old, Store<Order, Long> next) {
            return replayed(old, next, true);
        }
    },
    /** The library, comparing every read in the background. */
    DUALWRITE_SHADOW {
        @Override
        Opened open(Store<Order, Long> old, Store<Order, Long> next) {
            return shadowing(old, next);
        }
    },
    /** The library, writing once, under its fence. */
    DUALWRITE_OFF {
        @Override
        Opened open(Store<Order, Long> old, Store<Order, Long> next) {
            return repository(old, next, Stage.OFF);
        }
    },
    /** The library, all moved. */
    DUALWRITE_COMPLETE {
        @Override
        Opened open(Store<Order, Long> old, Store<Order, Long> next) {
            return repository(old, next, Stage.COMPLETE);
        }
    },
    /** An interface decorated by the library, before a migration. */
    DECORATED_OFF {
        @Override
        Opened open(Store<Order, Long> old, Store<Order, Long> next) {
            return decorated(old, next, Stage.OFF);
        }
    },
    /** An interface decorated by the library, all moved. */
    DECORATED_COMPLETE {
        @Override
        Opened open(Store<Order, Long> old, Store<Order, Long> next) {
            return decorated(old, next, Stage.COMPLETE);
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

    private static Opened decorated(Store<Order, Long> old, Store<Order, Long> next, Stage stage) {
        DecoratedOrders orders = new DecoratedOrders((Orders) old, (Orders) next, stage);
        return new Opened(new Proxies.AsStore(orders.orders()), orders::close);
    }

    private static Opened replayed(Store<Order, Long> old, Store<Order, Long> next, boolean guarded) {
        ReplayedOrders orders = new ReplayedOrders((Orders) old, (Orders) next, guarded);
        return new Opened(orders, orders::close);
    }

    private static Opened shadowing(Store<Order, Long> old, Store<Order, Long> next) {
        DualWriteRepository<Order, Long> orders = DualWriteRepository.between(old, next)
                .key(Order::id)
                .stage(StageSource.constant(Stage.SHADOW))
                .shadowSample(1)
                .build();
        return new Opened(new Decorated(orders), orders::close);
    }

    private static Opened launchDarkly(
            Store<Order, Long> old, Store<Order, Long> next, String stage, MigrationExecution execution) {
        LaunchDarkly orders = new LaunchDarkly(old, next, stage, execution);
        return new Opened(orders, () -> {
            try {
                orders.close();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        });
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
