package io.dualwrite.testkit.fault;

import io.dualwrite.store.RecordType;
import io.dualwrite.store.ScannableStore;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** A store in memory, listing its keys in the codec's order. Records must be immutable. Thread-safe; never blocks. */
public final class MemoryStore<R, K> implements ScannableStore<R, K> {
    private final RecordType<R, K> type;
    private final NavigableMap<K, R> records;

    public MemoryStore(RecordType<R, K> type) {
        this.type = type;
        this.records = new ConcurrentSkipListMap<>(type.codec()::compare);
    }

    @Override
    public @Nullable R find(K key) {
        return records.get(key);
    }

    @Override
    public void save(R record) {
        records.put(Objects.requireNonNull(type.keyOf().apply(record), "key"), record);
    }

    @Override
    public void delete(K key) {
        records.remove(key);
    }

    @Override
    public List<K> keysAfter(@Nullable K after, int limit) {
        NavigableMap<K, R> rest = after == null ? records : records.tailMap(after, false);
        return rest.keySet().stream().limit(limit).toList();
    }

    /** How many records there are. */
    public int size() {
        return records.size();
    }
}
