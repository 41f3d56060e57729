package io.dualwrite.repair;

import io.dualwrite.event.CallContext;
import io.dualwrite.stage.RecordId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * In whose context records are to be transferred: the context of the last caller in this process that changed each. An aid
 * to whoever looks at traces, and nothing else; remembers at most {@link #MOST} records. Thread-safe; never blocks.
 */
final class Handed {
    static final int MOST = 10_000;

    private final Map<RecordId, CallContext.Captured> contexts = new ConcurrentHashMap<>();

    /** Records that were transferred together have one context, or none. */
    record Group(CallContext.@Nullable Captured context, Set<RecordId> records) {}

    void note(Collection<RecordId> records, CallContext.Captured context) {
        for (RecordId record : records) {
            if (contexts.size() < MOST || contexts.containsKey(record)) {
                contexts.put(record, context);
            }
        }
    }

    /** Parts the records by their contexts, which are forgotten; in the order given. */
    List<Group> take(Set<RecordId> records) {
        if (contexts.isEmpty()) {
            return List.of(new Group(null, records));
        }
        List<Group> groups = new ArrayList<>();
        Map<CallContext.Captured, Group> byContext = new IdentityHashMap<>();
        Group without = null;
        for (RecordId record : records) {
            CallContext.Captured context = contexts.remove(record);
            Group group = context == null ? without : byContext.get(context);
            if (group == null) {
                group = new Group(context, new LinkedHashSet<>());
                groups.add(group);
                if (context == null) {
                    without = group;
                } else {
                    byContext.put(context, group);
                }
            }
            group.records.add(record);
        }
        return groups;
    }
}
