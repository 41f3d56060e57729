package io.dualwrite.repair;

import io.dualwrite.event.Fault;
import io.dualwrite.event.MigrationEvent.Braked;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Control;
import io.dualwrite.fence.Pace;
import io.dualwrite.stage.Sides;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a backfill gives way to: a pause, its {@link Throttle}'s bounds, and the brakes of others. Waits on its
 * pace until nothing says so any more; who waits longer than a second is told of. Thread-safe: one thread asks and waits at
 * a time, others queue behind it.
 */
public final class Brakes {
    private static final Duration TOLD_AFTER = Duration.ofSeconds(1);
    private static final String PAUSED = "it was paused; resume it";

    private final Throttle throttle;
    private final List<Brake> own;
    private final List<AskedBrake> others = new ArrayList<>();
    private final MigrationListener listener;
    private final Pace pace;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile boolean paused;
    private volatile List<String> reasons = List.of();
    private long since;
    private long toldAt;
    private List<String> told = List.of();

    /** {@code own} are the library's, whose every wait is bounded. */
    Brakes(Throttle throttle, List<Brake> own, MigrationListener listener, Pace pace) {
        this.throttle = throttle;
        this.own = List.copyOf(own);
        for (Brake brake : throttle.brakes()) {
            others.add(new AskedBrake(brake, "brake " + (others.size() + 1) + " of the throttle"));
        }
        this.listener = listener;
        this.pace = pace;
    }

    /** Those of a migration whose journal and whose control rows can be looked at. */
    public static Brakes of(
            Throttle throttle, BacklogGauge gauge, Sides<Control> controls, MigrationListener listener, Pace pace) {
        return new Brakes(
                throttle,
                List.of(new BacklogBrake(gauge, throttle), new LatencyBrake(controls, throttle, pace)),
                listener,
                pace);
    }

    /** From the next chunk on everybody waits, until {@link #resume()}. Never blocks. Idempotent. */
    void pause() {
        paused = true;
    }

    /** Takes {@link #pause()} back. */
    void resume() {
        paused = false;
    }

    /** Why it waits now; empty while it does not. Never blocks. */
    List<String> reasons() {
        return reasons;
    }

    /** What is done again and again while somebody waits. */
    @FunctionalInterface
    interface Meanwhile {
        void look() throws InterruptedException;
    }

    /**
     * Waits while anything says so.
     *
     * @param meanwhile called before each wait
     * @return whether it had to wait
     * @throws BrakeFailedException when a brake threw or did not answer: ask again after a rest
     */
    boolean await(Meanwhile meanwhile) throws BrakeFailedException, InterruptedException {
        asking.lockInterruptibly();
        try {
            boolean waited = false;
            while (isBraked()) {
                waited = true;
                meanwhile.look();
                pace.pause(throttle.askAgain());
            }
            return waited;
        } finally {
            asking.unlock();
        }
    }

    /** Why it would wait now, without waiting, and without anybody being told. */
    List<String> look() throws InterruptedException {
        asking.lockInterruptibly();
        try {
            return paused ? List.of(PAUSED) : ask();
        } catch (BrakeFailedException failed) {
            return List.of(String.valueOf(failed.getMessage()));
        } finally {
            asking.unlock();
        }
    }

    /** A run has ended: whoever still answers is asked to stop. Never blocks. */
    void end() {
        others.forEach(AskedBrake::end);
    }

    private boolean isBraked() throws BrakeFailedException, InterruptedException {
        try {
            note(paused ? List.of(PAUSED) : ask());
            return !reasons.isEmpty();
        } catch (BrakeFailedException failed) {
            note(List.of(String.valueOf(failed.getMessage())));
            throw failed;
        }
    }

    private List<String> ask() throws BrakeFailedException, InterruptedException {
        List<String> found = new ArrayList<>();
        for (Brake brake : own) {
            String reason = ask(brake);
            if (reason != null) {
                found.add(reason);
            }
        }
        for (AskedBrake brake : others) {
            brake.ask(throttle.answerWithin()).ifPresent(found::add);
        }
        return found;
    }

    private static @Nullable String ask(Brake brake) throws BrakeFailedException, InterruptedException {
        try {
            return brake.reason();
        } catch (InterruptedException stop) {
            throw stop;
        } catch (Exception failure) {
            throw new BrakeFailedException("the stores could not be asked (" + Fault.of(failure) + ")", failure);
        }
    }

    private void note(List<String> found) {
        long now = pace.nanos();
        if (reasons.isEmpty()) {
            since = now;
        }
        reasons = List.copyOf(found);
        boolean worthTelling = found.isEmpty()
                ? !told.isEmpty()
                : now - since >= TOLD_AFTER.toNanos()
                        && !withoutNumbers(found).equals(told)
                        && (told.isEmpty() || now - toldAt >= TOLD_AFTER.toNanos());
        if (worthTelling) {
            told = withoutNumbers(found);
            toldAt = now;
            listener.on(new Braked(Checkpoint.BACKFILL, found, Duration.ofNanos(now - since)));
        }
    }

    /** Two reasons that differ in numbers only, which count and grow, are the same news. */
    private static List<String> withoutNumbers(List<String> found) {
        return found.stream().map(each -> each.replaceAll("[0-9.,]+", "#")).toList();
    }
}
