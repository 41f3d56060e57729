package io.dualwrite.benchmarks;

import io.dualwrite.benchmarks.Backend.Opened;
import io.dualwrite.store.Store;
import java.util.concurrent.ThreadLocalRandom;
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

/**
 * One find and one save by key among 10,000 records, through each {@link Access} to each {@link Backend}: the caller's time,
 * call by call, since a median stands a busy machine that an average does not. Reading the clock adds some 30 ns to each.
 * What the library does in the background runs beside it and is not counted, except that it takes a core.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class Calls {
    private static final int RECORDS = 10_000;

    @Param
    public Backend backend = Backend.MAP;

    @Param({"DIRECT", "IF_OFF", "IF_DUAL_WRITE", "DUALWRITE_OFF", "DUALWRITE_DUAL_WRITE"})
    public Access access = Access.DIRECT;

    private Opened old;
    private Opened next;
    private Opened accessed;
    private Store<Order, Long> orders;

    @Setup
    public void open() throws Exception {
        old = backend.open("old");
        next = backend.open("next");
        for (long id = 0; id < RECORDS; id++) {
            Order order = new Order(id, "customer " + id % 100, id);
            old.store().save(order);
            next.store().save(order);
        }
        accessed = access.open(old.store(), next.store());
        orders = accessed.store();
    }

    @TearDown
    public void close() {
        accessed.close().run();
        next.close().run();
        old.close().run();
    }

    @Benchmark
    public @Nullable Order find() throws Exception {
        return orders.find(key());
    }

    @Benchmark
    public void save() throws Exception {
        long id = key();
        orders.save(new Order(id, "customer", id));
    }

    private static long key() {
        return ThreadLocalRandom.current().nextInt(RECORDS);
    }
}
