package io.dualwrite.spring.boot.actuate;

import io.dualwrite.event.Fault;
import io.dualwrite.spring.boot.actuate.MigrationDescription.JobDescription;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something that takes longer than a request: goes on, on a daemon thread of its own, after whoever began it has an answer.
 * One at a time. Thread-safe.
 */
final class LongJob implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LongJob.class);
    private static final long PATIENCE_MILLIS = 5_000;

    private final String thread;
    private final Clock clock;
    private @Nullable Thread running;
    private @Nullable JobDescription last;
    private boolean closed;

    LongJob(String thread, Clock clock) {
        this.thread = thread;
        this.clock = clock;
    }

    /** Begins it unless it runs. False when it runs already. */
    synchronized boolean begin(Callable<Map<String, Object>> work) {
        if (closed || (running != null && running.isAlive())) {
            return false;
        }
        Instant since = clock.instant();
        last = new JobDescription("RUNNING", since.toString(), Map.of());
        Thread job = new Thread(() -> run(since, work), thread);
        job.setDaemon(true);
        running = job;
        job.start();
        return true;
    }

    /** What became of the last one; null before the first. */
    synchronized @Nullable JobDescription described() {
        return last;
    }

    private void run(Instant since, Callable<Map<String, Object>> work) {
        JobDescription ended;
        try {
            ended = new JobDescription("DONE", since.toString(), work.call());
        } catch (Throwable failure) {
            // Messages of drivers and mappings quote what is in records.
            String kind = Fault.of(failure).kind();
            LOG.warn("{} failed: {}", thread, kind);
            ended = new JobDescription("FAILED", since.toString(), Map.of("failure", kind));
        }
        synchronized (this) {
            last = ended;
            running = null;
        }
    }

    /** Interrupts it and waits a little. What it has done stays done. Idempotent. */
    @Override
    public void close() {
        Thread job;
        synchronized (this) {
            closed = true;
            job = running;
        }
        if (job != null) {
            job.interrupt();
            try {
                job.join(PATIENCE_MILLIS);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
