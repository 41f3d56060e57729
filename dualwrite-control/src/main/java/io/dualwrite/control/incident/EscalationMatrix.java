package io.dualwrite.control.incident;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who is told about what, as data: component or external dependency, times severity. Immutable once built, and then complete:
 * every component has contacts, a backup among them, for every severity.
 */
public final class EscalationMatrix {
    private final Map<String, Map<Severity, Contacts>> lines;

    private EscalationMatrix(Map<String, Map<Severity, Contacts>> lines) {
        this.lines = lines;
    }

    /** Begins with nobody. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Who is told.
     *
     * @throws IllegalArgumentException for a component that was not declared
     */
    public Contacts of(String component, Severity severity) {
        Map<Severity, Contacts> line = lines.get(component);
        Contacts contacts = line == null ? null : line.get(severity);
        if (contacts == null) {
            throw new IllegalArgumentException("The escalation matrix has nobody for " + component);
        }
        return contacts;
    }

    /** Those of these components that have no line. */
    List<String> missing(Collection<String> components) {
        return components.stream()
                .filter(component -> !lines.containsKey(component))
                .distinct()
                .sorted()
                .toList();
    }

    /** Collects lines. Not thread-safe. */
    public static final class Builder {
        private final Map<String, Map<Severity, Contacts>> lines = new LinkedHashMap<>();

        private Builder() {}

        /** These contacts for the component at every severity that has none yet. */
        public Builder component(String component, Contacts contacts) {
            Map<Severity, Contacts> line = lines.computeIfAbsent(component, none -> new EnumMap<>(Severity.class));
            for (Severity severity : Severity.values()) {
                line.putIfAbsent(severity, contacts);
            }
            return this;
        }

        /** These contacts for the component at this severity. */
        public Builder component(String component, Severity severity, Contacts contacts) {
            lines.computeIfAbsent(component, none -> new EnumMap<>(Severity.class))
                    .put(severity, contacts);
            return this;
        }

        /**
         * The matrix.
         *
         * @throws IllegalArgumentException with everything that is missing
         */
        public EscalationMatrix build() {
            List<String> problems = new ArrayList<>();
            lines.forEach((component, line) -> {
                for (Severity severity : Severity.values()) {
                    Contacts contacts = line.get(severity);
                    List<String> wrong = contacts == null ? List.of("nobody") : contacts.problems();
                    wrong.forEach(problem -> problems.add(component + " at " + severity + " has " + problem));
                }
            });
            if (!problems.isEmpty()) {
                throw new IllegalArgumentException(
                        "The escalation matrix is not complete: " + String.join("; ", problems));
            }
            Map<String, Map<Severity, Contacts>> kept = new LinkedHashMap<>();
            lines.forEach((component, line) -> kept.put(component, new EnumMap<>(line)));
            return new EscalationMatrix(kept);
        }
    }
}
