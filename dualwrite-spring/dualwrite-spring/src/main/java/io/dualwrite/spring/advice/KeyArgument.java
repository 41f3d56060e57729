package io.dualwrite.spring.advice;

import io.dualwrite.decorate.RecordKey;
import io.dualwrite.stage.RecordId;
import io.dualwrite.store.RecordType;
import java.lang.reflect.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which argument of a read is the key of a record, if one is said to be. Immutable. */
final class KeyArgument {
    private final int at;
    private final @Nullable RecordType<?, ?> type;

    private KeyArgument(int at, @Nullable RecordType<?, ?> type) {
        this.at = at;
        this.type = type;
    }

    /**
     * The argument with {@link RecordKey}.
     *
     * @throws IllegalStateException when it is not clear of which record type
     */
    static KeyArgument of(Method method, List<RecordType<?, ?>> types) {
        for (int at = 0; at < method.getParameterCount(); at++) {
            RecordKey key = method.getParameters()[at].getAnnotation(RecordKey.class);
            if (key != null) {
                return new KeyArgument(at, type(method, key.value(), types));
            }
        }
        return new KeyArgument(-1, null);
    }

    private static RecordType<?, ?> type(Method method, String name, List<RecordType<?, ?>> types) {
        List<RecordType<?, ?>> meant = types.stream()
                .filter(type -> name.isEmpty() || type.name().equals(name))
                .toList();
        if (meant.size() != 1) {
            throw new IllegalStateException("The argument of " + method.getName()
                    + "(…) with @RecordKey is a key of one record type of "
                    + types.stream().map(RecordType::name).toList() + "; name it in the annotation");
        }
        return meant.get(0);
    }

    /** The record that these arguments ask for, or null. */
    @Nullable RecordId in(@Nullable Object[] arguments) {
        Object key = at < 0 ? null : arguments[at];
        return key == null || type == null ? null : id(type, key);
    }

    private static <K> @Nullable RecordId id(RecordType<?, K> type, Object key) {
        return type.keyClass().isInstance(key) ? type.id(type.keyClass().cast(key)) : null;
    }
}
