package io.dualwrite.repair;

import io.dualwrite.event.Fault;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A brake of somebody else's, asked on a thread that ends with the answer, so that one which hangs holds nobody. While it
 * has not answered it is not asked again. Asked by one thread at a time; {@link #end()} may come from another one.
 */
final class AskedBrake {
    private final Brake brake;
    private final String name;
    private volatile @Nullable FutureTask<Optional<String>> asked;

    /** {@code name} is what messages call it. */
    AskedBrake(Brake brake, String name) {
        this.brake = brake;
        this.name = name;
    }

    /**
     * Why to wait now; empty when there is no need to.
     *
     * @throws BrakeFailedException when it threw, or had no answer within that time, or a run ended meanwhile
     */
    Optional<String> ask(Duration within) throws BrakeFailedException, InterruptedException {
        FutureTask<Optional<String>> task = asked;
        // An answer that came too late is one about another moment.
        if (task == null || task.isDone()) {
            task = new FutureTask<>(() -> Optional.ofNullable(brake.reason()));
            Thread thread = new Thread(task, "dualwrite-brake");
            thread.setDaemon(true);
            thread.start();
            asked = task;
        }
        try {
            return task.get(within.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException thrown) {
            Throwable cause = thrown.getCause() == null ? thrown : thrown.getCause();
            throw new BrakeFailedException(name + " failed (" + Fault.of(cause) + ")", cause);
        } catch (CancellationException ended) {
            throw new BrakeFailedException(name + " was asked by a run that has ended", ended);
        } catch (TimeoutException late) {
            throw new BrakeFailedException(name + " has not answered within " + within, late);
        }
    }

    /** Asks it to come to an end, if it is still at it. */
    void end() {
        FutureTask<Optional<String>> task = asked;
        if (task != null) {
            task.cancel(true);
        }
    }
}
