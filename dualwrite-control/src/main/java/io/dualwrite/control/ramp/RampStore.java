package io.dualwrite.control.ramp;

import java.util.List;

/**
 * Where the nodes of an application keep a ramp together. Used on the ramp's own thread and on those of people's orders,
 * never on a caller's. Thread-safe; may block and throw: without it nothing is promoted, and after a while every node's reads
 * go to the source. Ready-made: {@link JdbcRampStore}, and {@link MemoryRampStore} for one process.
 */
public interface RampStore {
    /** Where the ramp stands; {@link RampState#FIRST} before anything was changed. */
    RampState read(String migration) throws Exception;

    /**
     * Changes the state from the version of {@code from} to {@code to} and keeps the entry with it, both or neither.
     *
     * @return whether this call did it; false when the state has another version by now
     */
    boolean change(String migration, RampState from, RampState to, RampEntry entry) throws Exception;

    /** Keeps this in place of what the same node has reported before. */
    void report(String migration, NodeReport report) throws Exception;

    /** What every node has reported in this epoch. */
    List<NodeReport> reports(String migration, long epoch) throws Exception;

    /** All entries, the oldest first. */
    List<RampEntry> audit(String migration) throws Exception;
}
