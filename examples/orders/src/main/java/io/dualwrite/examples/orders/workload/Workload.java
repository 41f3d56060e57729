package io.dualwrite.examples.orders.workload;

import io.dualwrite.examples.orders.ledger.Book;
import io.dualwrite.examples.orders.ledger.Ledger;
import io.dualwrite.examples.orders.shop.Entity;
import io.dualwrite.examples.orders.shop.Order;
import io.dualwrite.examples.orders.shop.Shop;
import io.dualwrite.examples.orders.tpch.Tpch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The shop's traffic: writers that own disjoint sets of records, and readers of all. Runs until it is closed; can be
 * brought to rest in between.
 */
public final class Workload implements AutoCloseable {
    /** At most so many loaded rows are written; all others must stay as they were loaded. */
    private static final int ORDERS_IN_PLAY = 20_000;

    private static final int CUSTOMERS_IN_PLAY = 4_000;

    private final List<Writer> writers = new ArrayList<>();
    private final List<Reader> readers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    // Each move holds it shared; a pause takes it exclusively and so finds everything at rest.
    private final ReentrantReadWriteLock moving = new ReentrantReadWriteLock(true);
    private final Settings settings;
    private volatile boolean closing;

    /**
     * How much traffic.
     *
     * @param staleness how old an answer to a read by key may be
     */
    public record Settings(
            int writers, int readers, int writesPerSecond, int readsPerSecond, long seed, Duration staleness) {}

    public Workload(Settings settings, Tpch tpch, Shop shop, Ledger ledger, Book book) {
        this.settings = settings;
        SplittableRandom random = new SplittableRandom(settings.seed + 31L * book.sessions());
        Trails trails = new Trails(tpch.firstFreeKey(), book);
        List<Entity> inPlay = Stream.concat(
                        chosen(tpch.customers(), place -> customerInPlay(place, tpch)),
                        chosen(tpch.orders(), place -> orderInPlay(place, tpch)))
                .toList();
        for (int index = 0; index < settings.writers; index++) {
            int writer = index;
            Belongings belongings = new Belongings(tpch.firstFreeKey());
            belongings.resume(
                    writer,
                    IntStream.range(0, inPlay.size())
                            .filter(at -> at % settings.writers == writer)
                            .mapToObj(inPlay::get)
                            .toList(),
                    book);
            writers.add(new Writer(writer, book.sessions(), shop, ledger, trails, belongings));
            Moves moves = new Moves(writers.get(writer), random.split());
            thread("shop-writer-" + writer, moves::play, settings.writesPerSecond, settings.writers);
        }
        List<Long> orders = inPlay.stream()
                .filter(Order.class::isInstance)
                .map(order -> Objects.requireNonNull(order.id()))
                .toList();
        for (int index = 0; index < settings.readers; index++) {
            Reader reader = new Reader(shop, ledger, trails, orders, settings.staleness, random.split());
            readers.add(reader);
            thread("shop-reader-" + index, reader::play, settings.readsPerSecond, settings.readers);
        }
    }

    /** Whether the loaded order in this place, counted from 0, may be written by this traffic. */
    public static boolean orderInPlay(long place, Tpch tpch) {
        return place % stride(tpch.orderCount(), ORDERS_IN_PLAY) == 0;
    }

    /** Whether the loaded customer in this place, counted from 0, may be written by this traffic. */
    public static boolean customerInPlay(long place, Tpch tpch) {
        return place % stride(tpch.customerCount(), CUSTOMERS_IN_PLAY) == 0;
    }

    public void start() {
        threads.forEach(Thread::start);
    }

    /** Returns when every writer and reader is at rest. */
    public void pause() {
        moving.writeLock().lock();
    }

    /** Ends a pause; for the thread that began it. */
    public void resume() {
        moving.writeLock().unlock();
    }

    /** Lets the traffic go on for a while and tells what it came to. */
    public Sample goOn(Duration time) throws InterruptedException {
        Sample before = sample();
        // A thread that ends by itself has failed: then there is no need to wait on.
        threads.get(0).join(time.toMillis());
        return sample().since(before);
    }

    /** What the traffic has come to so far. */
    public Sample sample() {
        threads.stream().filter(thread -> !thread.isAlive()).findAny().ifPresent(dead -> {
            throw new IllegalStateException(dead.getName() + " has ended by an error");
        });
        return new Sample(
                writers.stream().mapToLong(Writer::acknowledged).sum(),
                writers.stream().mapToLong(Writer::takeLongestMicros).max().orElse(0),
                readers.stream().mapToLong(Reader::reads).sum(),
                readers.stream().mapToLong(Reader::takeLongestMicros).max().orElse(0));
    }

    /**
     * What traffic came to.
     *
     * @param slowestWriteMicros since the last sample
     * @param slowestReadMicros since the last sample
     */
    public record Sample(long writes, long slowestWriteMicros, long reads, long slowestReadMicros) {
        Sample since(Sample before) {
            return new Sample(writes - before.writes, slowestWriteMicros, reads - before.reads, slowestReadMicros);
        }

        @Override
        public String toString() {
            return "%,d writes, the slowest in %d ms; %,d reads, the slowest in %d ms"
                    .formatted(writes, slowestWriteMicros / 1000, reads, slowestReadMicros / 1000);
        }
    }

    /** Ends all threads, after the move each is at. */
    @Override
    public void close() {
        closing = true;
        if (moving.isWriteLockedByCurrentThread()) {
            resume();
        }
        boolean interrupted = false;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void thread(String name, Runnable move, int perSecond, int sharedBy) {
        long everyNanos = 1_000_000_000L * sharedBy / perSecond;
        Thread thread = new Thread(() -> run(move, everyNanos), name);
        thread.setDaemon(true);
        threads.add(thread);
    }

    private void run(Runnable move, long everyNanos) {
        long next = System.nanoTime();
        while (!closing) {
            moving.readLock().lock();
            try {
                move.run();
            } finally {
                moving.readLock().unlock();
            }
            // Whoever was held up does not catch up: a shop's customers do not come back twice as fast.
            next = Math.max(next + everyNanos, System.nanoTime());
            while (!closing && next - System.nanoTime() > 0) {
                LockSupport.parkNanos(this, next - System.nanoTime());
            }
        }
    }

    private static Stream<Entity> chosen(Stream<? extends Entity> rows, LongPredicate place) {
        AtomicLong at = new AtomicLong();
        return rows.filter(row -> place.test(at.getAndIncrement())).map(row -> row);
    }

    private static long stride(long rows, int atMost) {
        return Math.max(2, rows / atMost);
    }
}
