package io.dualwrite.repair;

import io.dualwrite.fence.Pace;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Time that passes only when somebody waits for it, or is told to. Thread-safe. */
public final class SteppedPace implements Pace {
    private final AtomicLong now = new AtomicLong();
    private volatile Runnable onPause = () -> {};

    @Override
    public long nanos() {
        return now.get();
    }

    @Override
    public void pause(Duration atLeast) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        pass(atLeast);
        onPause.run();
    }

    /** Lets time pass. */
    public void pass(Duration span) {
        now.addAndGet(span.toNanos());
    }

    /** What happens while somebody waits; called after each pause, on the thread that paused. */
    public void onPause(Runnable meanwhile) {
        onPause = meanwhile;
    }
}
