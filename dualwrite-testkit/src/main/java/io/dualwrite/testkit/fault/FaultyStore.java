package io.dualwrite.testkit.fault;

import io.dualwrite.store.ScannableStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A store that fails, hangs or lies. What goes wrong before the call does not reach the store behind; what goes wrong after
 * it has happened all the same, as with an answer that got lost. Thread-safe if the store behind is.
 */
public final class FaultyStore<R, K> implements ScannableStore<R, K> {
    private final ScannableStore<R, K> behind;
    private final Trouble before = new Trouble();
    private final Trouble after = new Trouble();
    private final Map<Integer, Lie<R>> lies = new ConcurrentHashMap<>();

    /** What a store answers instead of what it found. */
    @FunctionalInterface
    public interface Lie<R> {
        /** The answer, null for "not there". */
        @Nullable R about(@Nullable R truth);
    }

    public FaultyStore(ScannableStore<R, K> behind) {
        this.behind = behind;
    }

    /** What goes wrong before a call. */
    public Trouble before() {
        return before;
    }

    /** What goes wrong after a call has been carried out. */
    public Trouble after() {
        return after;
    }

    /** The n-th call from now on, if it is a find, answers what {@code lie} makes of the truth; null for instance. */
    public void lieOn(int nth, Lie<R> lie) {
        lies.put(before.calls() + nth, lie);
    }

    @Override
    public @Nullable R find(K key) throws Exception {
        int number = before.call();
        R found = behind.find(key);
        after.call();
        Lie<R> lie = lies.get(number);
        return lie == null ? found : lie.about(found);
    }

    @Override
    public void save(R record) throws Exception {
        before.call();
        behind.save(record);
        after.call();
    }

    @Override
    public void delete(K key) throws Exception {
        before.call();
        behind.delete(key);
        after.call();
    }

    @Override
    public List<K> keysAfter(@Nullable K from, int limit) throws Exception {
        before.call();
        List<K> keys = behind.keysAfter(from, limit);
        after.call();
        return keys;
    }
}
