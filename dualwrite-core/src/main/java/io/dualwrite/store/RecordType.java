package io.dualwrite.store;

import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
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
    /** Keys of each class in ascending order, such as other orders, by text for one, put otherwise. */
    private static final Map<Class<?>, List<?>> SAMPLES = Map.of(
            Long.class, List.of(Long.MIN_VALUE, -10L, -9L, -1L, 0L, 9L, 10L, 100L, Long.MAX_VALUE),
            Integer.class, List.of(Integer.MIN_VALUE, -10, -9, -1, 0, 9, 10, 100, Integer.MAX_VALUE),
            Short.class, List.of((short) -100, (short) -10, (short) -9, (short) 0, (short) 9, (short) 10, (short) 100),
            LocalDate.class, List.of(LocalDate.of(1999, 12, 31), LocalDate.of(2000, 1, 1), LocalDate.of(2000, 11, 1)));

    public RecordType {
        Objects.requireNonNull(recordClass, "recordClass");
        Objects.requireNonNull(keyClass, "keyClass");
        Objects.requireNonNull(codec, "codec");
        Objects.requireNonNull(keyOf, "keyOf");
        if (name.isBlank() || name.length() > 100) {
            throw new IllegalArgumentException("A record type's name has 1 to 100 characters, not '" + name + "'");
        }
        if (name.endsWith(RecordRange.MARK)) {
            throw new IllegalArgumentException(
                    "A record type's name does not end with " + RecordRange.MARK + ", as '" + name + "' does");
        }
    }

    /** The identity of the record with this key. */
    public RecordId id(K key) {
        return new RecordId(name, codec.encode(key));
    }

    /** All records of this type. */
    public RecordRange all() {
        return RecordRange.all(name);
    }

    /** The records whose keys are one of these or lie between them; either may be the lower one. */
    public RecordRange between(K one, K other) {
        boolean ascending = codec.compare(one, other) <= 0;
        return new RecordRange(name, codec.encode(ascending ? one : other), codec.encode(ascending ? other : one));
    }

    /**
     * As {@link #between}, from keys' texts as people type them; null for no bound.
     *
     * @throws IllegalArgumentException when a text is no key of this type; it is not told
     */
    public RecordRange betweenTexts(@Nullable String one, @Nullable String other) {
        if (one == null || other == null) {
            return new RecordRange(name, canonical(one), canonical(other));
        }
        return between(typed(one), typed(other));
    }

    private @Nullable String canonical(@Nullable String typed) {
        return typed == null ? null : codec.encode(typed(typed));
    }

    private K typed(String text) {
        try {
            return codec.decode(text);
        } catch (RuntimeException unreadable) {
            // Its message quotes the key.
            throw new IllegalArgumentException("That is no key of the record type " + name
                    + ", whose keys are texts of " + keyClass.getSimpleName());
        }
    }

    /** Whether the record lies in the range, by the order of this type's keys. */
    public boolean isIn(RecordRange range, RecordId record) {
        return range.covers(record, this::inKeyOrder);
    }

    /**
     * Whether keys are whole numbers or dates in their usual order, which is every store's. The order of texts and of other
     * keys is not: what lies between two of them in one store may not in another.
     */
    public boolean hasNaturalOrder() {
        List<?> samples = SAMPLES.getOrDefault(keyClass, List.of());
        for (int at = 1; at < samples.size(); at++) {
            if (codec.compare(keyClass.cast(samples.get(at - 1)), keyClass.cast(samples.get(at))) >= 0) {
                return false;
            }
        }
        return !samples.isEmpty();
    }

    /** The order of keys, for their canonical texts. */
    public int inKeyOrder(String first, String second) {
        return codec.compare(codec.decode(first), codec.decode(second));
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
