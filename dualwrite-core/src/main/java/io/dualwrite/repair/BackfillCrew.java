package io.dualwrite.repair;

import io.dualwrite.repair.BackfillRanges.Range;
import io.dualwrite.store.RecordType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Walks the ranges of one record type on several daemon threads, each taking one range after the other until none is left.
 * Ends when all have: the first failure of one ends the others between two chunks, as an interrupt of the caller does; only
 * who has not come to an end within three seconds is interrupted, since an interrupt in the middle of file access closes the
 * files of an embedded database. Used once.
 */
final class BackfillCrew<K> {
    private static final Duration GRACE = Duration.ofSeconds(3);

    private final BackfillCursor.Tools tools;
    private final RecordType<?, K> type;
    private final Queue<Range> left;
    private final BackfillProgress progress;
    private final AtomicLong rows = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    BackfillCrew(BackfillCursor.Tools tools, RecordType<?, K> type, List<Range> ranges, BackfillProgress progress) {
        this.tools = tools;
        this.type = type;
        this.left = new ConcurrentLinkedQueue<>(ranges);
        this.progress = progress;
    }

    /** Works to the end; how many records the ranges' checkpoints count then. */
    long run() throws InterruptedException {
        int many = Math.min(tools.settings().ranges(), left.size());
        for (int number = 1; number <= many; number++) {
            Thread thread = new Thread(this::work, "dualwrite-backfill-" + number);
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException stop) {
            stopped = true;
            end();
            throw stop;
        }
        Throwable thrown = failure.get();
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (thrown instanceof InterruptedException stop) {
            throw stop;
        }
        return rows.get();
    }

    private void work() {
        try {
            for (Range range = left.poll(); range != null; range = left.poll()) {
                rows.addAndGet(new BackfillCursor<>(tools, type, range, progress, this::goOn).run());
            }
        } catch (Throwable thrown) {
            // Whoever ends because another one has failed has nothing to add.
            failure.compareAndSet(null, thrown);
            stopped = true;
        }
    }

    private void goOn() throws InterruptedException {
        if (stopped) {
            throw new InterruptedException("The backfill of " + type.name() + " ends");
        }
    }

    /** Waits for everybody, however often it is told not to. */
    private void end() {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join(GRACE.toMillis());
                    thread.interrupt();
                    thread.join();
                } catch (InterruptedException again) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
