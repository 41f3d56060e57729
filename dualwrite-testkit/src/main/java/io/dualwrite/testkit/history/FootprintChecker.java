package io.dualwrite.testkit.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Follows every state that a record has had on both sides. The changes of the side that had the authority, one handover
 * after the other, make one unbroken chain; the other side went through states of that chain, perhaps not all, and never
 * back. Not thread-safe.
 */
public final class FootprintChecker {
    private static final Set<String> RIGHTFUL = Set.of("AUTHORITY", "COPY");

    private final List<Violation> violations = new ArrayList<>();

    /**
     * Everything that is wrong.
     *
     * @param initial the origin's records before anything was written down, by key; the target's were none
     * @param footprints what was written down on both sides since
     */
    public List<Violation> check(Map<String, String> initial, List<Footprint> footprints) {
        violations.clear();
        rights(footprints);
        Map<String, List<Footprint>> byKey = new HashMap<>();
        footprints.forEach(each ->
                byKey.computeIfAbsent(each.key(), key -> new ArrayList<>()).add(each));
        byKey.forEach((key, all) -> {
            List<Footprint> chain = all.stream()
                    .filter(Footprint::isAuthoritative)
                    .sorted(Comparator.comparingLong(Footprint::handover).thenComparingLong(Footprint::order))
                    .toList();
            unbroken(key, initial.get(key), chain);
            for (String side : List.of("ORIGIN", "TARGET")) {
                Stream<Footprint> there =
                        all.stream().filter(each -> each.side().equals(side));
                inOrder(
                        key,
                        initial.get(key),
                        chain,
                        there.sorted(Comparator.comparingLong(Footprint::order)).toList());
            }
        });
        return List.copyOf(violations);
    }

    /** Whoever changed something had a right to: the authority's writers, or transfers; one authority at a time. */
    private void rights(List<Footprint> footprints) {
        Map<Long, String> authorities = new HashMap<>();
        Set<Long> twice = new HashSet<>();
        for (Footprint each : footprints) {
            if (!RIGHTFUL.contains(each.role())) {
                found(Violation.Kind.UNFENCED, each.key(), "changed while the side was " + each.role() + ": " + each);
            }
            String other = each.isAuthoritative() ? authorities.putIfAbsent(each.handover(), each.side()) : null;
            if (other != null && !other.equals(each.side()) && twice.add(each.handover())) {
                found(
                        Violation.Kind.UNFENCED,
                        each.key(),
                        "both sides had the authority at handover " + each.handover());
            }
        }
    }

    private void unbroken(String key, @Nullable String first, List<Footprint> chain) {
        String state = first;
        for (Footprint each : chain) {
            if (!Objects.equals(state, each.was())) {
                found(
                        each.was() == null ? Violation.Kind.LOST : Violation.Kind.STALE,
                        key,
                        "the authority had " + state + ", but this replaced " + each.was() + ": " + each);
            }
            state = each.now();
        }
    }

    private void inOrder(String key, @Nullable String first, List<Footprint> chain, List<Footprint> there) {
        List<@Nullable String> states = new ArrayList<>();
        states.add(first);
        Map<Footprint, Integer> places = new HashMap<>();
        for (Footprint each : chain) {
            places.put(each, states.size());
            states.add(each.now());
        }
        int at = 0;
        for (Footprint each : there) {
            int next = each.isAuthoritative() ? places.getOrDefault(each, -1) : from(states, at, each.now());
            if (next < at) {
                found(
                        Violation.Kind.REORDERED,
                        key,
                        "after the authority's state number " + at + " came an older one, or none of its: " + each);
                return;
            }
            at = next;
        }
    }

    /** Where this state is next, -1 when it never is again. */
    private static int from(List<@Nullable String> states, int at, @Nullable String state) {
        for (int next = at; next < states.size(); next++) {
            if (Objects.equals(states.get(next), state)) {
                return next;
            }
        }
        return -1;
    }

    private void found(Violation.Kind kind, String key, String what) {
        violations.add(new Violation(kind, key, what));
    }
}
