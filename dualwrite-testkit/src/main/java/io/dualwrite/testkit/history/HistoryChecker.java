package io.dualwrite.testkit.history;

import io.dualwrite.testkit.history.Operation.Kind;
import io.dualwrite.testkit.history.Operation.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Says whether a history can have led to the records that are there now. Works by what each write says it replaced: every
 * value that was acknowledged is there, or was replaced by exactly one other write. That holds whatever happened in
 * between, on however many servers, and needs no clock; only reads are judged by time.
 *
 * <p>Give it the whole history, and what both sides hold when nothing is under way any more. Not thread-safe.
 */
public final class HistoryChecker {
    private final Map<String, String> initial;
    private final Map<String, List<Operation>> byKey = new LinkedHashMap<>();
    private final Set<String> happened = new HashSet<>();
    private final Set<String> writing = new HashSet<>();
    private final boolean seenIsKept;
    private final List<Violation> violations = new ArrayList<>();

    /**
     * @param initial what was there before the history began, by key
     * @param history all operations of all clients
     */
    public HistoryChecker(Map<String, String> initial, List<Operation> history) {
        this(initial, history, true);
    }

    /**
     * @param initial what was there before the history began, by key
     * @param history all operations of all clients
     * @param seenIsKept whether a value that somebody has seen is proof that it was written. Not where a server died that shows
     *     what was committed before it is in its log: only who has seen it, and then written something that was kept, proves it
     */
    public HistoryChecker(Map<String, String> initial, List<Operation> history, boolean seenIsKept) {
        this.initial = Map.copyOf(initial);
        this.seenIsKept = seenIsKept;
        for (Operation each : history) {
            byKey.computeIfAbsent(each.key(), key -> new ArrayList<>()).add(each);
            if (!each.isRead()) {
                writing.add(each.transaction());
            }
            if (each.outcome() == Outcome.ACKNOWLEDGED) {
                happened.add(each.transaction());
            }
        }
    }

    /**
     * Everything that is wrong with these two sides at rest.
     *
     * @param authority the records of the side that has the authority, by key
     * @param copy those of the other
     */
    public List<Violation> check(Map<String, String> authority, Map<String, String> copy) {
        violations.clear();
        Set<String> keys = new TreeSet<>(byKey.keySet());
        keys.addAll(initial.keySet());
        keys.addAll(authority.keySet());
        keys.addAll(copy.keySet());
        int before;
        do {
            before = happened.size();
            keys.forEach(key -> noteVisible(key, authority.get(key)));
        } while (happened.size() > before);
        for (String key : keys) {
            new Key(key, authority.get(key)).check();
            if (!Objects.equals(authority.get(key), copy.get(key))) {
                found(
                        Violation.Kind.UNEQUAL,
                        key,
                        "the authority has " + authority.get(key) + ", the copy " + copy.get(key));
            }
        }
        return List.copyOf(violations);
    }

    /** Whose value somebody has seen has happened, and with it the rest of its transaction. */
    private void noteVisible(String key, @Nullable String last) {
        Map<String, Operation> writers = writers(key);
        List<Operation> operations = byKey.getOrDefault(key, List.of());
        for (Operation each : operations) {
            Operation writer = each.seen() == null ? null : writers.get(each.seen());
            // In its own transaction it sees what may be rolled back yet.
            if (writer != null && !writer.transaction().equals(each.transaction()) && isProof(each)) {
                happened.add(writer.transaction());
            }
        }
        Operation writer = last == null ? null : writers.get(last);
        if (writer != null) {
            happened.add(writer.transaction());
        }
    }

    /** Whether what it has seen was there for good. */
    private boolean isProof(Operation seeing) {
        return seenIsKept || (writing.contains(seeing.transaction()) && happened.contains(seeing.transaction()));
    }

    private Map<String, Operation> writers(String key) {
        Map<String, Operation> writers = new HashMap<>();
        for (Operation each : byKey.getOrDefault(key, List.of())) {
            if (each.value() != null && writers.put(each.value(), each) != null) {
                throw new IllegalArgumentException("The value " + each.value() + " was written twice; use each once");
            }
        }
        return writers;
    }

    private void found(Violation.Kind kind, String key, String what) {
        violations.add(new Violation(kind, key, what));
    }

    /** The history of one record. */
    private final class Key {
        private final String key;
        private final @Nullable String last;
        private final Map<String, Operation> writers;
        private final Map<String, List<Operation>> replacers = new HashMap<>();
        private final List<Operation> operations;
        private final long thereSince;

        Key(String key, @Nullable String last) {
            this.key = key;
            this.last = last;
            this.writers = writers(key);
            this.operations = byKey.getOrDefault(key, List.of());
            for (Operation each : operations) {
                if (!each.isRead() && each.seen() != null && each.mayHaveHappened()) {
                    replacers
                            .computeIfAbsent(each.seen(), value -> new ArrayList<>())
                            .add(each);
                }
            }
            this.thereSince = thereSince();
        }

        /** Since when there must be a record: the end of a write that no delete can have come after. */
        private long thereSince() {
            long deleted = operations.stream()
                    .filter(each -> each.kind() == Kind.DELETE && each.mayHaveHappened())
                    .mapToLong(Operation::ended)
                    .max()
                    .orElse(Long.MIN_VALUE);
            return operations.stream()
                    .filter(each ->
                            each.value() != null && each.outcome() == Outcome.ACKNOWLEDGED && each.begun() >= deleted)
                    .mapToLong(Operation::ended)
                    .min()
                    .orElse(Long.MAX_VALUE);
        }

        void check() {
            String first = initial.get(key);
            if (first != null) {
                value(first, "it was there from the beginning");
            }
            writers.values().stream()
                    .filter(this::hasHappened)
                    .forEach(each -> value(Objects.requireNonNull(each.value()), told(each)));
            operations.forEach(each -> visible(each.seen(), each));
            visible(last, null);
            if (last != null) {
                replacersOf(last).stream()
                        .filter(this::hasHappened)
                        .findFirst()
                        .ifPresent(each -> found(
                                each.kind() == Kind.DELETE ? Violation.Kind.RESURRECTED : Violation.Kind.STALE,
                                key,
                                last + " is there and was replaced, " + told(each)));
            }
            operations.stream().filter(Operation::isRead).forEach(this::read);
        }

        /** A value that was certainly there: is it still, or what has become of it? */
        private void value(String value, String why) {
            List<Operation> replacing = replacersOf(value);
            List<Operation> certain =
                    replacing.stream().filter(this::hasHappened).toList();
            if (certain.size() > 1) {
                found(
                        Violation.Kind.FORKED,
                        key,
                        value + " was replaced by "
                                + certain.stream().map(this::told).toList());
            }
            if (replacing.isEmpty() && !value.equals(last)) {
                found(Violation.Kind.LOST, key, value + " is gone (" + why + ") and there is " + last + " instead");
            }
        }

        /** A value that somebody has seen, or that is there: was it ever written? */
        private void visible(@Nullable String value, @Nullable Operation by) {
            if (value == null || value.equals(initial.get(key))) {
                return;
            }
            Operation writer = writers.get(value);
            if (writer == null) {
                found(Violation.Kind.INVENTED, key, value + " was written by nobody");
            } else if (!writer.mayHaveHappened()
                    && (by == null || !by.transaction().equals(writer.transaction()))) {
                found(Violation.Kind.INVENTED, key, value + " was seen, but " + told(writer));
            }
        }

        private void read(Operation read) {
            if (read.outcome() != Outcome.ACKNOWLEDGED) {
                return;
            }
            if (read.seen() != null) {
                replacersOf(read.seen()).stream()
                        .filter(each -> each.ended() < read.begun() && hasHappened(each))
                        .findFirst()
                        .ifPresent(each -> found(
                                Violation.Kind.STALE_READ,
                                key,
                                read.transaction() + " was answered " + read.seen() + " after " + told(each)));
            } else if (thereSince < read.begun()) {
                found(Violation.Kind.STALE_READ, key, read.transaction() + " was answered that there is no record");
            }
        }

        private List<Operation> replacersOf(String value) {
            return replacers.getOrDefault(value, List.of());
        }

        private boolean hasHappened(Operation each) {
            return happened.contains(each.transaction());
        }

        private String told(Operation each) {
            return each.kind() + " " + each.value() + " of " + each.transaction() + " was " + each.outcome();
        }
    }
}
