package io.dualwrite.event;

import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the contexts of callers along to other threads, where one was declared; nothing that the declared one does reaches
 * the work or the caller. Without one nothing is captured and nothing is wrapped. Thread-safe.
 */
public final class Contexts {
    private static final Logger LOG = LoggerFactory.getLogger(Contexts.class);
    private static final int KINDS_REMEMBERED = 100;
    private static final AutoCloseable NOTHING = () -> {};
    private static final Contexts NONE = new Contexts(null);

    private final @Nullable CallContext context;
    private final Set<String> logged = ConcurrentHashMap.newKeySet();

    private Contexts(@Nullable CallContext context) {
        this.context = context;
    }

    /** Those of {@code context}; none when it is null. */
    public static Contexts of(@Nullable CallContext context) {
        return context == null ? NONE : new Contexts(context);
    }

    /** What the calling thread has, or null. */
    public CallContext.@Nullable Captured capture() {
        if (context == null) {
            return null;
        }
        boolean interrupted = Thread.currentThread().isInterrupted();
        try {
            return context.capture();
        } catch (Throwable failure) {
            interrupted |= failure instanceof InterruptedException;
            report(failure);
            return null;
        } finally {
            keep(interrupted);
        }
    }

    /** Does the work in the captured context, or as it is when there is none; the work's outcome is untouched. */
    public <T extends @Nullable Object> T call(CallContext.@Nullable Captured captured, Callable<T> work)
            throws Exception {
        if (captured == null) {
            return work.call();
        }
        AutoCloseable scope = restored(captured);
        try {
            return work.call();
        } finally {
            close(scope);
        }
    }

    /** As {@link #call}, for work without a result. */
    public void run(CallContext.@Nullable Captured captured, Runnable work) {
        if (captured == null) {
            work.run();
            return;
        }
        AutoCloseable scope = restored(captured);
        try {
            work.run();
        } finally {
            close(scope);
        }
    }

    private AutoCloseable restored(CallContext.Captured captured) {
        try {
            return captured.restore();
        } catch (Throwable failure) {
            report(failure);
            return NOTHING;
        }
    }

    private void close(@Nullable AutoCloseable scope) {
        boolean interrupted = Thread.currentThread().isInterrupted();
        try {
            if (scope != null) {
                scope.close();
            }
        } catch (Throwable failure) {
            report(failure);
        } finally {
            keep(interrupted);
        }
    }

    private static void keep(boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void report(Throwable failure) {
        String kind = Fault.of(failure).kind();
        if (logged.size() < KINDS_REMEMBERED && logged.add(kind)) {
            LOG.warn(
                    "The declared call context failed with {}; the migration goes on, and this kind is not logged again",
                    kind);
        }
    }
}
