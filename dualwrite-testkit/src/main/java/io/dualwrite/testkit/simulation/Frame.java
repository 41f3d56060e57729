package io.dualwrite.testkit.simulation;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where an expression looks for values: the row at hand, the rows around it, and the statement's parameters. */
final class Frame {
    final Execution execution;
    final @Nullable Frame outer;
    private final String alias;
    final Map<String, Integer> columns;

    @Nullable Object[] values = new @Nullable Object[0];

    @Nullable Object[] aggregates = new @Nullable Object[0];

    Frame(Execution execution, @Nullable Frame outer, String alias, Map<String, Integer> columns) {
        this.execution = execution;
        this.outer = outer;
        this.alias = alias;
        this.columns = columns;
    }

    /** A frame without a row. */
    static Frame bare(Execution execution) {
        return new Frame(execution, null, "", Map.of());
    }

    boolean isCalled(@Nullable String qualifier) {
        return qualifier == null || qualifier.equals(alias);
    }
}
