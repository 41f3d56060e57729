package io.dualwrite.examples.sessions;

import io.dualwrite.store.Store;
import java.io.PrintStream;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * People who come, click and leave, one after the other, on a thread of their own. What is about to be done and what was
 * acknowledged is printed, a line each: {@code try} or {@code ack}, the session, and its clicks, {@code -1} for left. A write
 * that fails is tried again with the next visit.
 */
final class Visitors implements AutoCloseable {
    private static final int SESSIONS = 40;

    private final Store<Session, String> sessions;
    private final PrintStream out;
    private final Random random = new Random();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final Thread thread = new Thread(this::come, "visitors");

    Visitors(Store<Session, String> sessions, PrintStream out) {
        this.sessions = sessions;
        this.out = out;
    }

    void begin() {
        thread.setDaemon(true);
        thread.start();
    }

    int acknowledged() {
        return acknowledged.get();
    }

    private void come() {
        while (!stopped.get()) {
            String id = "s-" + random.nextInt(SESSIONS);
            try {
                visit(id);
            } catch (Exception failure) {
                out.println("failed " + id + " " + failure.getClass().getSimpleName());
            }
        }
    }

    private void visit(String id) throws Exception {
        Session there = sessions.find(id);
        if (there != null && random.nextInt(10) == 0) {
            out.println("try " + id + " -1");
            sessions.delete(id);
            out.println("ack " + id + " -1");
        } else {
            Session next = there == null ? new Session(id, "user of " + id, 1) : there.clicked();
            out.println("try " + id + " " + next.clicks());
            sessions.save(next);
            out.println("ack " + id + " " + next.clicks());
        }
        acknowledged.incrementAndGet();
    }

    /** Lets the visit under way end, and waits for it. */
    @Override
    public void close() throws InterruptedException {
        stopped.set(true);
        thread.join();
    }
}
