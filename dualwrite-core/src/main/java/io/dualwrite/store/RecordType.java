package io.dualwrite.store;

import io.dualwrite.stage.RecordId;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A kind of record: an aggregate with one key, read, compared and replaced as a whole. Immutable.
 *
 * @param name unique in its migration; what journals, meters and events call it
 * @param recordClass the application's class of records
 * @param keyClass the application's class of keys, boxed
 * @param codec how keys are written and ordered
 * @param keyOf the key of a record; null means that the record has none yet
 */
public record RecordType<R, K>(
        String name, Class<R> recordClass, Class<K> keyClass, KeyCodec<K> codec, Function<R, K> keyOf) {
    public RecordType {
        Objects.requireNonNull(recordClass, "recordClass");
        Objects.requireNonNull(keyClass, "keyClass");
        Objects.requireNonNull(codec, "codec");
        Objects.requireNonNull(keyOf, "keyOf");
        if (name.isBlank() || name.length() > 100) {
            throw new IllegalArgumentException("A record type's name has 1 to 100 characters, not '" + name + "'");
        }
    }

    /** The identity of the record with this key. */
    public RecordId id(K key) {
        return new RecordId(name, codec.encode(key));
    }

    /**
     * The identity of this record.
     *
     * @throws IllegalArgumentException when the record is null or has no key; nothing has been written then
     */
    public RecordId idOf(@Nullable R record) {
        if (record == null) {
            throw new IllegalArgumentException(
                    "A null record of type " + name + " cannot be written; delete by key instead");
        }
        K key = keyOf.apply(record);
        if (key == null) {
            throw new IllegalArgumentException(
                    "A record of type " + name
                            + " has no key; let the store generate it and return the key or the record, or set it before the call");
        }
        return id(key);
    }
}
