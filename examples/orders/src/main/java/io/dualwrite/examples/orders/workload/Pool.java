package io.dualwrite.examples.orders.workload;

import io.dualwrite.examples.orders.shop.Entity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The living records of one kind that one writer owns. Not thread-safe. */
final class Pool<E extends Entity> {
    private static final int HOT = 40;

    private final Map<Long, E> byId = new HashMap<>();
    private final Map<Long, Integer> places = new HashMap<>();
    private final List<Long> ids = new ArrayList<>();

    void put(E entity) {
        Long id = Objects.requireNonNull(entity.id(), "id");
        if (byId.put(id, entity) == null) {
            places.put(id, ids.size());
            ids.add(id);
        }
    }

    @Nullable E get(long id) {
        return byId.get(id);
    }

    void remove(long id) {
        if (byId.remove(id) != null) {
            // The last one moves into the gap.
            Long last = ids.remove(ids.size() - 1);
            int gap = Objects.requireNonNull(places.remove(id), "place");
            if (last != id) {
                ids.set(gap, last);
                places.put(last, gap);
            }
        }
    }

    boolean isEmpty() {
        return ids.isEmpty();
    }

    /** Half the time one of a few that are written again and again, otherwise any. */
    E any(RandomGenerator random) {
        int among = random.nextBoolean() ? Math.min(HOT, ids.size()) : ids.size();
        // The newest are the hot ones, so that a record soon sees a second and a third write.
        return Objects.requireNonNull(byId.get(ids.get(ids.size() - 1 - random.nextInt(among))));
    }
}
