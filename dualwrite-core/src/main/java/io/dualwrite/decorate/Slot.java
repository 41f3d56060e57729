package io.dualwrite.decorate;

import io.dualwrite.stage.RecordId;
import io.dualwrite.store.RecordType;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A place where records are named: an argument or the result, holding records or keys, one or several.
 *
 * @param index the argument's position, or {@link #RESULT}
 * @param type of which records
 * @param keys whether it holds keys, not records
 */
record Slot(int index, RecordType<?, ?> type, boolean keys) {
    static final int RESULT = -1;

    /** Whether the value is one record or key of this place. */
    boolean isSingle(@Nullable Object value) {
        return (keys ? type.keyClass() : type.recordClass()).isInstance(value);
    }

    /** Tells each thing in the value, with its identity, which is null for a record without a key and for null itself. */
    void each(@Nullable Object value, BiConsumer<@Nullable Object, @Nullable RecordId> visitor) {
        if (value instanceof Optional<?> optional) {
            optional.ifPresent(content -> each(content, visitor));
        } else if (value instanceof Map<?, ?> map) {
            (namesByItsKeys(map) ? map.keySet() : map.values()).forEach(content -> each(content, visitor));
        } else if (value instanceof Iterable<?> many && !type.recordClass().isInstance(value)) {
            many.forEach(content -> each(content, visitor));
        } else if (value instanceof Object[] array) {
            Arrays.asList(array).forEach(content -> each(content, visitor));
        } else if (value != null && isOfPrimitives(value)) {
            for (int at = 0; at < Array.getLength(value); at++) {
                each(Array.get(value, at), visitor);
            }
        } else {
            visitor.accept(value, value == null ? null : identity(type, value));
        }
    }

    private boolean namesByItsKeys(Map<?, ?> map) {
        return keys && map.keySet().stream().allMatch(type.keyClass()::isInstance);
    }

    private boolean isOfPrimitives(Object value) {
        return value.getClass().isArray()
                && value.getClass().getComponentType().isPrimitive()
                && !type.keyClass().isInstance(value);
    }

    /** The identities in the value; what has none is left out. */
    List<RecordId> ids(@Nullable Object value) {
        List<RecordId> ids = new ArrayList<>();
        each(value, (thing, id) -> {
            if (id != null) {
                ids.add(id);
            }
        });
        return ids;
    }

    private <R, K> @Nullable RecordId identity(RecordType<R, K> of, Object value) {
        K key = keys
                ? of.keyClass().cast(value)
                : of.keyOf().apply(of.recordClass().cast(value));
        return key == null ? null : of.id(key);
    }
}
