package io.dualwrite.benchmarks;

import io.dualwrite.benchmarks.Backend.Opened;
import io.dualwrite.store.Store;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One find at SHADOW: what the caller waits for, every read being compared, over stores that do next to nothing. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 6, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 60, time = 10, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
public class ShadowReading {
    @Param({"DIRECT", "DUALWRITE_SHADOW", "LAUNCHDARKLY_SHADOW", "LAUNCHDARKLY_SHADOW_PARALLEL", "SCIENTIST4J"})
    public Access access = Access.DIRECT;

    private final Order order = new Order(4711, "customer", 100);
    private final Long key = order.id();
    private Opened accessed;
    private Store<Order, Long> orders;

    @Setup
    public void open() {
        accessed = access.open(new FieldStore(order), new FieldStore(order));
        orders = accessed.store();
    }

    @TearDown
    public void close() {
        accessed.close().run();
    }

    @Benchmark
    public @Nullable Order find() throws Exception {
        return orders.find(key);
    }
}
