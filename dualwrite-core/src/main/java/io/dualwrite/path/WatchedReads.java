package io.dualwrite.path;

import io.dualwrite.event.Fault;
import io.dualwrite.event.Subscription;
import io.dualwrite.fence.ShortWay;
import io.dualwrite.fence.Transaction;
import io.dualwrite.fence.Transactions;
import io.dualwrite.stage.Side;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Transactions whose reads one watch may see. While nobody watches, a read costs one look at a field more and no clock is
 * read. Thread-safe; blocks as the transactions behind it do.
 */
public final class WatchedReads implements Transactions {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedReads.class);

    private final Transactions behind;
    private final AtomicReference<@Nullable ReadWatch> watch = new AtomicReference<>();
    private final Set<String> logged = ConcurrentHashMap.newKeySet();

    public WatchedReads(Transactions behind) {
        this.behind = behind;
    }

    /**
     * Lets this watch see reads until the subscription is closed.
     *
     * @throws IllegalStateException when another one is watching
     */
    public Subscription watch(ReadWatch by) {
        if (!watch.compareAndSet(null, by)) {
            throw new IllegalStateException("These reads are being watched already; close that subscription first");
        }
        return () -> watch.compareAndSet(by, null);
    }

    @Override
    public @Nullable Transaction current() {
        return behind.current();
    }

    @Override
    public @Nullable ShortWay shortWay() {
        return behind.shortWay();
    }

    @Override
    public <T extends @Nullable Object> T write(Work<T> work) throws Exception {
        return behind.write(work);
    }

    @Override
    public <T extends @Nullable Object> T read(Side side, boolean asCopy, Reading<T> reading) throws Exception {
        ReadWatch watching = watch.get();
        if (watching == null) {
            return behind.read(side, asCopy, reading);
        }
        long begun = System.nanoTime();
        T answer;
        try {
            answer = behind.read(side, asCopy, reading);
        } catch (Throwable failure) {
            tell(() -> watching.threw(side, System.nanoTime() - begun));
            throw failure;
        }
        tell(() -> watching.answered(side, System.nanoTime() - begun));
        return answer;
    }

    private void tell(Runnable news) {
        boolean interrupted = Thread.currentThread().isInterrupted();
        try {
            news.run();
        } catch (Throwable thrown) {
            interrupted |= thrown instanceof InterruptedException;
            String kind = thrown.getClass().getName();
            if (logged.size() < 100 && logged.add(kind)) {
                LOG.warn(
                        "The watch over reads threw {}; reads go on, and this kind is not logged again",
                        Fault.of(thrown));
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
