package io.dualwrite.crash;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The places in a node's life between two things it asks of a database, by name. One of them can be armed: the thread that
 * comes there first says so and stays, until it is released or the process is no more. Thread-safe.
 */
final class Points {
    private final Consumer<String> tell;
    private final Map<String, Integer> reached = new LinkedHashMap<>();
    private @Nullable String armed;
    private CountDownLatch hold = new CountDownLatch(0);

    Points(Consumer<String> tell) {
        this.tell = tell;
    }

    synchronized void arm(@Nullable String point) {
        armed = point;
    }

    synchronized void release() {
        armed = null;
        hold.countDown();
    }

    /** How often each point has been passed since the last call, in the order of the first time. */
    synchronized Map<String, Integer> takeReached() {
        Map<String, Integer> taken = new LinkedHashMap<>(reached);
        reached.clear();
        return taken;
    }

    void at(String point) {
        CountDownLatch mine;
        synchronized (this) {
            reached.merge(point, 1, Integer::sum);
            if (!point.equals(armed)) {
                return;
            }
            armed = null;
            hold = new CountDownLatch(1);
            mine = hold;
        }
        tell.accept(point);
        boolean interrupted = false;
        while (true) {
            try {
                mine.await();
                break;
            } catch (InterruptedException later) {
                // A thread that is not running does not notice.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
