package io.dualwrite.event;

import org.jspecify.annotations.Nullable;

/**
 * <strong>SPI.</strong> What belongs to a caller and is to be seen by the work that its call causes on other threads: a trace,
 * an observation, a logging context. It is around comparisons of shadow reads, calls to the copy, replays, and transfers of
 * the records that the caller has changed. Thread-safe; never blocks; whatever it throws is logged once and changes nothing.
 *
 * <p>With OpenTelemetry: {@code () -> Context.current()::makeCurrent}; with Micrometer's context propagation: {@code () ->
 * factory.captureAll()::setThreadLocals}.
 */
@FunctionalInterface
public interface CallContext {
    /** What the calling thread has now, or null when that is nothing. */
    @Nullable Captured capture();

    /** The context of one caller, kept until the work that it caused has ended. Thread-safe. */
    @FunctionalInterface
    interface Captured {
        /**
         * Puts this context in the place of whatever the calling thread has, until what is returned is closed on the same
         * thread; then the thread has what it had before.
         */
        AutoCloseable restore();
    }

    /** The entries of SLF4J's MDC. */
    static CallContext mdc() {
        return new MdcContext();
    }
}
