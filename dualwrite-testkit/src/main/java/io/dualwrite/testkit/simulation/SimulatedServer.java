package io.dualwrite.testkit.simulation;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A database that takes part in a simulation: its connections pass the {@link Baton} at every statement and commit, suffer
 * its {@link Hazards}, and live by its clock. Only for whoever holds the baton, or between runs.
 */
public interface SimulatedServer extends AutoCloseable {
    /** What traces and failures call it. */
    String name();

    /**
     * Begins a run: what is left of the last one is rolled back. After each commit that may have changed something {@code
     * afterCommit} is called, still holding the baton, with the label of the source that the connection came from.
     */
    void attach(Baton next, Consumer<String> afterCommit);

    /** Runs one statement outside the simulation. */
    void execute(String sql);

    /** The rows that are committed in a table now, as lower-case column names and values; whole numbers are Long. */
    List<Map<String, @Nullable Object>> committed(String table);

    /** Connections that take part in the simulation, labelled, each statement's text rewritten before it runs. */
    DataSource dataSource(String label, UnaryOperator<String> rewrite);

    /** While down, every new connection and statement fails with 08001 or 08006, and all sessions are lost. */
    void down(boolean isDown);

    @Override
    void close();
}
