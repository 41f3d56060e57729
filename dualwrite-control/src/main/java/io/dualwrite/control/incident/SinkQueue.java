package io.dualwrite.control.incident;

import io.dualwrite.event.Fault;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sink behind a bounded queue and a daemon thread of its own: one that is dead or slow holds up nobody, not even other
 * sinks. A notice is tried a few times; when the queue is full the oldest makes way, since the timers repeat what matters.
 */
final class SinkQueue implements AutoCloseable {
    static final int MOST_WAITING = 200;
    private static final Logger LOG = LoggerFactory.getLogger(SinkQueue.class);
    private static final int TRIES = 4;
    private static final long GRACE_MILLIS = 2_000;

    private final IncidentSink sink;
    private final Duration firstPause;
    private final LinkedBlockingDeque<Notice> waiting = new LinkedBlockingDeque<>(MOST_WAITING);
    private final AtomicLong dropped = new AtomicLong();
    private final Thread thread;
    private volatile boolean closed;

    SinkQueue(String name, IncidentSink sink, Duration firstPause) {
        this.sink = sink;
        this.firstPause = firstPause;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    IncidentSink sink() {
        return sink;
    }

    /** Never blocks. */
    void offer(Notice notice) {
        while (!waiting.offerLast(notice)) {
            if (waiting.pollFirst() != null) {
                dropped.incrementAndGet();
            }
        }
    }

    /** How many notices were given up, for want of room or after all tries. */
    long dropped() {
        return dropped.get();
    }

    private void run() {
        while (!closed || !waiting.isEmpty()) {
            try {
                send(waiting.takeFirst());
            } catch (InterruptedException stop) {
                return;
            }
        }
    }

    private void send(Notice notice) throws InterruptedException {
        long pause = firstPause.toMillis();
        for (int attempt = 1; attempt <= TRIES; attempt++) {
            try {
                sink.send(notice);
                return;
            } catch (InterruptedException stop) {
                throw stop;
            } catch (Throwable failure) {
                if (attempt == TRIES) {
                    dropped.incrementAndGet();
                    LOG.warn(
                            "{} gave up a notice ({} of {}) after {}",
                            thread.getName(),
                            notice.kind(),
                            notice.incident().rule(),
                            Fault.of(failure));
                    return;
                }
                Thread.sleep(pause);
                pause *= 4;
            }
        }
    }

    /** Lets what waits be sent, within two seconds; interrupts what is not. */
    @Override
    public void close() {
        closed = true;
        try {
            long end = System.nanoTime() + GRACE_MILLIS * 1_000_000;
            while (!waiting.isEmpty() && thread.isAlive() && System.nanoTime() < end) {
                thread.join(10);
            }
            thread.interrupt();
            thread.join(GRACE_MILLIS);
        } catch (InterruptedException interrupted) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
