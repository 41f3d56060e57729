package io.dualwrite.examples.spring.load;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Visitors of the shop, each in a thread of its own, until this is closed. */
public final class Load implements AutoCloseable {
    private static final Duration REST = Duration.ofMillis(2);

    private final ExecutorService threads;
    private final AtomicLong actions = new AtomicLong();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean going = true;

    /**
     * Lets visitors in.
     *
     * @param shop where the shop is
     * @param visitors how many there are, at least 1
     * @param seed what they decide by
     */
    public Load(URI shop, int visitors, long seed) throws IOException, InterruptedException {
        Http http = new Http(shop);
        threads = Executors.newFixedThreadPool(visitors);
        List<Visitor> all = new ArrayList<>();
        for (int number = 0; number < visitors; number++) {
            all.add(new Visitor(http, "visitor" + seed + "-" + number, new Random(seed * 1_000 + number)));
        }
        all.forEach(visitor -> threads.execute(() -> visit(visitor)));
    }

    private void visit(Visitor visitor) {
        try {
            while (going) {
                try {
                    visitor.act();
                    actions.incrementAndGet();
                } catch (IOException | IllegalStateException failure) {
                    failures.add(String.valueOf(failure.getMessage()));
                }
                Thread.sleep(REST.toMillis());
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** How many things were done until now. */
    public long actions() {
        return actions.get();
    }

    /** What went wrong until now. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    /** Waits until each visitor has done what it is doing. */
    @Override
    public void close() throws InterruptedException {
        going = false;
        threads.shutdown();
        if (!threads.awaitTermination(30, TimeUnit.SECONDS)) {
            threads.shutdownNow();
        }
    }

    /** Visits the shop at the given address, with so many visitors, for so many seconds. */
    public static void main(String[] args) throws IOException, InterruptedException {
        URI shop = URI.create(args.length > 0 ? args[0] : "http://localhost:8080");
        int visitors = args.length > 1 ? Integer.parseInt(args[1]) : 8;
        long seconds = args.length > 2 ? Long.parseLong(args[2]) : 60;
        try (Load load = new Load(shop, visitors, System.nanoTime() % 1_000_000)) {
            TimeUnit.SECONDS.sleep(seconds);
            System.out.println(
                    "actions=" + load.actions() + " failed=" + load.failures().size());
        }
    }
}
