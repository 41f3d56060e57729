package io.dualwrite.repair;

import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.store.RecordType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The keys of both sides together, page by page, in key order. What only one side has is in a page as well. Belongs to one
 * thread; blocks on both stores.
 */
final class KeyPages {
    private final RecordType<?, ?> type;
    private final Scan scan;
    private final int rows;
    private @Nullable String after;

    /**
     * A page.
     *
     * @param range from its first key to its last
     * @param keys the keys in it, at least one
     * @param listed which of the sides has listed any of them
     */
    record Page(RecordRange range, List<String> keys, Set<Side> listed) {}

    /** From the first key after {@code after}, in pages of so many keys. */
    KeyPages(RecordType<?, ?> type, Scan scan, int rows, @Nullable String after) {
        this.type = type;
        this.scan = scan;
        this.rows = rows;
        this.after = after;
    }

    /** The next page; null when both sides list nothing more. */
    @Nullable Page next() throws Exception {
        Sides<Set<String>> listed = new Sides<>(list(Side.ORIGIN), list(Side.TARGET));
        TreeSet<String> union = new TreeSet<>(type::inKeyOrder);
        union.addAll(listed.origin());
        union.addAll(listed.target());
        if (union.isEmpty()) {
            return null;
        }
        // A list that is full hides what comes after its last key, so the page ends before that.
        List<String> keys = union.stream().limit(rows).toList();
        String last = keys.get(keys.size() - 1);
        after = last;
        Set<Side> sides = new HashSet<>();
        for (Side side : Side.values()) {
            if (keys.stream().anyMatch(listed.of(side)::contains)) {
                sides.add(side);
            }
        }
        return new Page(new RecordRange(type.name(), keys.get(0), last), keys, sides);
    }

    private Set<String> list(Side side) throws Exception {
        return new HashSet<>(scan.keysAfter(side, type.name(), after, rows));
    }
}
