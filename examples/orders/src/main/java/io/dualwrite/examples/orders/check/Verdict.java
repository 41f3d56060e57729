package io.dualwrite.examples.orders.check;

import io.dualwrite.examples.orders.ledger.Ref;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the checker found wrong: each record counts once per kind, however often it was looked at. Not thread-safe. */
public final class Verdict {
    private static final int EXAMPLES = 5;

    private final Map<Wrong, Set<Ref>> found = new EnumMap<>(Wrong.class);
    private final List<String> examples = new ArrayList<>();

    /** In which way a record can be wrong. */
    public enum Wrong {
        /** An acknowledged write is missing or was replaced by something older. */
        LOST,
        /** Something is there that was acknowledged to be deleted, or that nobody wrote. */
        RESURRECTED,
        /** Both sides differ although everything is at rest. */
        STALE
    }

    void add(Wrong wrong, Ref ref, String why) {
        boolean isNew =
                found.computeIfAbsent(wrong, none -> new LinkedHashSet<>()).add(ref);
        if (isNew && count(wrong) <= EXAMPLES) {
            examples.add(wrong + " " + ref.kind() + " " + ref.id() + ": " + why);
        }
    }

    public int count(Wrong wrong) {
        return all(wrong).size();
    }

    public Set<Ref> all(Wrong wrong) {
        return found.getOrDefault(wrong, Set.of());
    }

    /** A few of what was found, for a person to look at. */
    public List<String> examples() {
        return examples;
    }
}
