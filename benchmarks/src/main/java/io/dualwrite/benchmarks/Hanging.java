package io.dualwrite.benchmarks;

import com.launchdarkly.sdk.server.migrations.MigrationExecution;
import io.dualwrite.DualWriteRepository;
import io.dualwrite.flag.StageSource;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.Store;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What callers feel of a copy that answers each call after 700 ms: their latency, the threads that come of it, the end. */
public final class Hanging {
    private static final Duration HANGS = Duration.ofMillis(700);
    private static final Duration BUDGET = Duration.ofMillis(50);
    private static final int FIRST_CALLS = 3;
    private static final Order ORDER = new Order(4711, "customer", 100);

    private Hanging() {}

    public static void main(String... leaving) throws Exception {
        if (leaving.length > 0) {
            leave(leaving[0].equals("launchdarkly"));
            return;
        }
        System.out.printf("%nA copy that hangs for %d ms%n", HANGS.toMillis());
        try (Slow slow = new Slow();
                DualWriteRepository<Order, Long> orders = at(Stage.DUAL_WRITE, slow, Duration.ZERO)) {
            report("save at DUAL_WRITE, no waiting, 99.9th percentile", added(20_000, orders::save));
        }
        try (Slow slow = new Slow();
                DualWriteRepository<Order, Long> orders = at(Stage.DUAL_WRITE, slow, BUDGET)) {
            report("save waiting, budget 50 ms, 99.9th percentile", added(2_000, orders::save));
        }
        try (Slow slow = new Slow();
                DualWriteRepository<Order, Long> orders = at(Stage.SHADOW, slow, Duration.ZERO)) {
            report("find at SHADOW, 99.9th percentile", added(20_000, order -> orders.find(order.id())));
        }
        try (Slow slow = new Slow();
                LaunchDarkly orders =
                        new LaunchDarkly(new FieldStore(ORDER), slow, "dualwrite", MigrationExecution.Parallel())) {
            report("LaunchDarkly, save at dualwrite, longest of 3", added(3, orders::save));
        }
        threads();
        System.out.printf("%-60s %8d ms%n", "from the end of main to the end of the JVM", leaving("dualwrite"));
        long peer = leaving("launchdarkly");
        System.out.printf("%-60s %8s ms%n", "LaunchDarkly, the same", peer < 0 ? "> 10000" : Long.toString(peer));
    }

    private static DualWriteRepository<Order, Long> at(Stage stage, Store<Order, Long> copy, Duration waiting) {
        return DualWriteRepository.between(new FieldStore(ORDER), copy)
                .key(Order::id)
                .stage(StageSource.constant(stage))
                .waitForCopy(waiting)
                .build();
    }

    /** One call. */
    private interface Call {
        void on(Order order) throws Exception;
    }

    /**
     * The 99.9th percentile of as many calls, or the longest of fewer than a thousand, and how much that is more than the same
     * of direct calls made in turn with them; in milliseconds. The first calls, which load classes, are not counted.
     */
    private static double added(int calls, Call call) throws Exception {
        for (int n = 0; n < FIRST_CALLS; n++) {
            call.on(ORDER);
        }
        FieldStore store = new FieldStore(ORDER);
        long[] direct = new long[calls];
        long[] took = new long[calls];
        for (int n = 0; n < calls; n++) {
            long begun = System.nanoTime();
            store.save(ORDER);
            long between = System.nanoTime();
            call.on(ORDER);
            took[n] = System.nanoTime() - between;
            direct[n] = between - begun;
        }
        return (percentile(took) - percentile(direct)) / 1e6;
    }

    private static long percentile(long[] times) {
        Arrays.sort(times);
        return times[Math.min(times.length - 1, times.length * 999 / 1000)];
    }

    private static void report(String what, double millis) {
        System.out.printf("%-60s %8.3f ms%n", what, millis);
    }

    private static void threads() throws Exception {
        try (Slow slow = new Slow();
                DualWriteRepository<Order, Long> orders = at(Stage.SHADOW, slow, Duration.ZERO)) {
            System.out.printf(
                    "%-60s %8d%n", "400 finds at once at SHADOW, threads more", more(order -> orders.find(order.id())));
        }
        try (Slow slow = new Slow();
                LaunchDarkly orders =
                        new LaunchDarkly(new FieldStore(ORDER), slow, "shadow", MigrationExecution.Parallel())) {
            System.out.printf("%-60s %8d%n", "LaunchDarkly, the same", more(order -> orders.find(order.id())));
        }
    }

    /** How many threads there are more while and after 400 call at once, the callers themselves not counted. */
    private static int more(Call call) throws Exception {
        int before = ManagementFactory.getThreadMXBean().getThreadCount();
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> callers = new ArrayList<>();
        for (int n = 0; n < 400; n++) {
            Thread caller = new Thread(() -> {
                try {
                    go.await();
                    call.on(ORDER);
                } catch (Exception failure) {
                    throw new IllegalStateException(failure);
                }
            });
            callers.add(caller);
            caller.start();
        }
        go.countDown();
        for (Thread caller : callers) {
            caller.join();
        }
        return ManagementFactory.getThreadMXBean().getThreadCount() - before;
    }

    /** How long a JVM lives after its main has ended; -1 for more than ten seconds. */
    private static long leaving(String whose) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Hanging.class.getName(),
                        whose)
                .redirectErrorStream(true)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            while (line != null && !line.equals("main ends")) {
                line = out.readLine();
            }
            long begun = System.nanoTime();
            boolean gone = process.waitFor(10, TimeUnit.SECONDS);
            return gone ? TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun) : -1;
        } finally {
            process.destroyForcibly();
        }
    }

    /** Reads while the copy hangs, closes, and ends. */
    private static void leave(boolean launchDarkly) throws Exception {
        try (Slow slow = new Slow();
                DualWriteRepository<Order, Long> ours = at(Stage.SHADOW, slow, Duration.ZERO);
                LaunchDarkly theirs =
                        new LaunchDarkly(new FieldStore(ORDER), slow, "shadow", MigrationExecution.Parallel())) {
            if (launchDarkly) {
                theirs.find(ORDER.id());
            } else {
                ours.find(ORDER.id());
            }
        }
        System.out.println("main ends");
    }

    /** Answers late. Hangs no longer once it is closed. */
    private static final class Slow implements Store<Order, Long>, AutoCloseable {
        private final CountDownLatch closed = new CountDownLatch(1);

        private void hang() throws InterruptedException {
            closed.await(HANGS.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Override
        public @Nullable Order find(Long key) throws InterruptedException {
            hang();
            return ORDER;
        }

        @Override
        public void save(Order order) throws InterruptedException {
            hang();
        }

        @Override
        public void delete(Long key) throws InterruptedException {
            hang();
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }
}
