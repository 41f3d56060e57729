package io.dualwrite.store;

import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * <strong>SPI.</strong> One side's records of one type, by key. Saving replaces the whole record and is idempotent, and so
 * is deleting. Must be thread-safe; may block; may throw anything, which reaches the caller when this side is the
 * authority and nobody when it is the copy.
 */
public interface Store<R, K> {
    /** The record with this key, or null when there is none. */
    @Nullable R find(K key) throws Exception;

    /** Inserts or replaces the record under its own key. */
    void save(R record) throws Exception;

    /** Removes the record with this key; no record is no error. */
    void delete(K key) throws Exception;

    /** A store out of three functions, method references as a rule. */
    static <R, K> Store<R, K> of(Function<K, @Nullable R> find, Consumer<R> save, Consumer<K> delete) {
        Objects.requireNonNull(find, "find");
        Objects.requireNonNull(save, "save");
        Objects.requireNonNull(delete, "delete");
        return new Store<>() {
            @Override
            public @Nullable R find(K key) {
                return find.apply(key);
            }

            @Override
            public void save(R record) {
                save.accept(record);
            }

            @Override
            public void delete(K key) {
                delete.accept(key);
            }
        };
    }
}
