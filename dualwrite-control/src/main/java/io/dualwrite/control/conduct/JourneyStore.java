package io.dualwrite.control.conduct;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the nodes of an application keep a journey together. Used on the conductor's own thread and on those of people's
 * orders. Thread-safe; may block and throw: without it no step is made. Ready-made: {@link JdbcJourneyStore}, and {@link
 * MemoryJourneyStore} for one process.
 */
public interface JourneyStore {
    /** Where the journey stands; {@link Journey#FIRST} before anything was changed. */
    Journey read(String migration) throws Exception;

    /**
     * Changes the journey from the version of {@code from} to {@code to} and keeps the entry with it, both or neither.
     *
     * @param entry what is to be read about it; null for a change that is none for people
     * @return whether this call did it; false when the journey has another version by now
     */
    boolean change(String migration, Journey from, Journey to, @Nullable JourneyEntry entry) throws Exception;

    /** Keeps this in place of what the same node has said before. */
    void report(String migration, NodeSight sight) throws Exception;

    /** Forgets a node that is gone; no such node is no error. */
    void forget(String migration, String node) throws Exception;

    /** What every node has said last. */
    List<NodeSight> sights(String migration) throws Exception;

    /** All entries, the oldest first. */
    List<JourneyEntry> audit(String migration) throws Exception;
}
