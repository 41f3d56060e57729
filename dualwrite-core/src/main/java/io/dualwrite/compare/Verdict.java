package io.dualwrite.compare;

import java.util.List;

/** What a comparison found. */
public sealed interface Verdict {
    /** Nothing differs. */
    record Equal() implements Verdict {}

    /**
     * Something differs.
     *
     * @param differences where, never empty; as many as the comparison cared to collect
     */
    record Different(List<Difference> differences) implements Verdict {
        public Different {
            differences = List.copyOf(differences);
            if (differences.isEmpty()) {
                throw new IllegalArgumentException("A verdict without differences is Equal");
            }
        }
    }

    /** The verdict these differences amount to. */
    static Verdict of(List<Difference> differences) {
        return differences.isEmpty() ? new Equal() : new Different(differences);
    }

    /** Whether nothing differs. */
    default boolean isEqual() {
        return this instanceof Equal;
    }

    /** Where it differs, in the order it was found; empty when nothing does. */
    default List<Difference> differences() {
        return List.of();
    }

    /** The paths that differ, in the order they were found; empty when nothing does. */
    default List<String> fields() {
        return differences().stream().map(Difference::path).toList();
    }
}
