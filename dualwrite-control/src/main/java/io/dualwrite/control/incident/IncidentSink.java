package io.dualwrite.control.incident;

/**
 * Where notices go. Called on a daemon thread of its own, one notice at a time; may block and throw: a notice is tried a few
 * times, and what waits is bounded.
 */
public interface IncidentSink {
    void send(Notice notice) throws Exception;

    /** Whether it is told that an incident is still open, about once a minute. */
    default boolean wantsActive() {
        return false;
    }
}
