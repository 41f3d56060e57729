package io.dualwrite.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** What of the heap is in use while something runs. */
final class HeapInUse {
    private HeapInUse() {}

    /** Something that takes a while. */
    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }

    /** The most that full collections left in use while it ran, in megabytes. */
    static double during(Work work) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong most = new AtomicLong();
        Thread looker = new Thread(() -> {
            do {
                System.gc();
                if (!over.get()) {
                    most.accumulateAndGet(leftByTheLastCollection(), Math::max);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            } while (!over.get());
        });
        looker.setDaemon(true);
        looker.start();
        try {
            work.run();
        } finally {
            over.set(true);
        }
        looker.join();
        if (most.get() == 0) {
            throw new IllegalStateException("Nothing was collected while it ran");
        }
        return most.get() / 1e6;
    }

    private static long leftByTheLastCollection() {
        long left = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            MemoryUsage usage = pool.getCollectionUsage();
            left += pool.getType() == MemoryType.HEAP && usage != null ? usage.getUsed() : 0;
        }
        return left;
    }
}
