package io.dualwrite.control.incident;

import java.util.List;

/**
 * Where incidents and their timers are kept, so that they survive every process. Used on the desk's thread and on those of
 * people's orders. Thread-safe; may block and throw. Ready-made: {@link JdbcIncidentStore}, and {@link MemoryIncidentStore} for
 * one process.
 */
public interface IncidentStore {
    /**
     * Keeps a new incident and its first entry, unless one is open with the same {@link Incident#dedup()}.
     *
     * @return whether it was kept
     */
    boolean open(Incident incident, TimelineEntry entry) throws Exception;

    /**
     * Changes an incident from the version of {@code from} to {@code to} and keeps the entries with it, all or nothing.
     *
     * @return whether this call did it; false when the incident has another version by now
     */
    boolean change(Incident from, Incident to, List<TimelineEntry> entries) throws Exception;

    /** All of a migration's incidents that are not resolved, the oldest first. */
    List<Incident> open(String migration) throws Exception;

    /** All of a migration's incidents, the oldest first. */
    List<Incident> all(String migration) throws Exception;

    /** Keeps an action item, in place of what was kept under its id. */
    void keep(ActionItem item) throws Exception;

    /** All action items of a migration's incidents, by their due date. */
    List<ActionItem> actions(String migration) throws Exception;

    /** An incident's story, the oldest entry first. */
    List<TimelineEntry> timeline(String incident) throws Exception;
}
