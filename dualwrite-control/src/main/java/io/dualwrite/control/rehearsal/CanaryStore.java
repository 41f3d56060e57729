package io.dualwrite.control.rehearsal;

import io.dualwrite.store.KeyCodec;
import io.dualwrite.store.ScannableStore;
import io.dualwrite.store.Store;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A store of which nothing is seen but the canaries' keys: others are refused, before the store is called, and never listed.
 * Thread-safe as the store behind is.
 */
final class CanaryStore<R, K> implements ScannableStore<R, K> {
    private final Store<R, K> behind;
    private final Function<R, K> keyOf;
    private final List<K> inOrder;
    private final Set<K> own;

    CanaryStore(Store<R, K> behind, Canaries<R, K> canaries, Function<R, K> keyOf, KeyCodec<K> codec) {
        this.behind = behind;
        this.keyOf = keyOf;
        this.inOrder = canaries.keys().stream().sorted(codec::compare).toList();
        this.own = new HashSet<>(inOrder);
    }

    @Override
    public @Nullable R find(K key) throws Exception {
        return behind.find(checked(key));
    }

    @Override
    public void save(R record) throws Exception {
        checked(keyOf.apply(record));
        behind.save(record);
    }

    @Override
    public void delete(K key) throws Exception {
        behind.delete(checked(key));
    }

    @Override
    public List<K> keysAfter(@Nullable K after, int limit) throws Exception {
        List<K> found = new ArrayList<>();
        int from = after == null ? 0 : inOrder.indexOf(checked(after)) + 1;
        for (K key : inOrder.subList(from, inOrder.size())) {
            if (found.size() < limit && behind.find(key) != null) {
                found.add(key);
            }
        }
        return found;
    }

    private K checked(K key) {
        if (!own.contains(key)) {
            throw new IllegalArgumentException(
                    "A rehearsal touches no record but its canaries; this key is none of theirs");
        }
        return key;
    }
}
