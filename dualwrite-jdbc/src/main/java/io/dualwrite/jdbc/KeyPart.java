package io.dualwrite.jdbc;

import io.dualwrite.store.KeyCodec;
import io.dualwrite.store.KeyCodecs;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one column of a key holds.
 *
 * @param type the part's class in the key
 * @param codec its text and its order
 * @param fromColumn the part from a column's value, exactly
 */
record KeyPart<T>(Class<T> type, KeyCodec<T> codec, Function<Object, T> fromColumn) {
    /** The part of the given class, or null where a key must not contain that. */
    static @Nullable KeyPart<?> of(Class<?> type) {
        if (type == Long.class || type == long.class) {
            return new KeyPart<>(
                    Long.class,
                    KeyCodecs.of(Long.class),
                    value -> value instanceof Long exact ? exact : number(value).longValueExact());
        } else if (type == Integer.class || type == int.class) {
            return new KeyPart<>(
                    Integer.class,
                    KeyCodecs.of(Integer.class),
                    value -> number(value).intValueExact());
        } else if (type == Short.class || type == short.class) {
            return new KeyPart<>(
                    Short.class,
                    new Natural<>(Short::valueOf),
                    value -> number(value).shortValueExact());
        } else if (type == String.class) {
            return new KeyPart<>(String.class, KeyCodecs.of(String.class), Object::toString);
        } else if (type == UUID.class) {
            return new KeyPart<>(UUID.class, KeyCodecs.of(UUID.class), KeyPart::uuid);
        } else if (type == LocalDate.class) {
            return new KeyPart<>(LocalDate.class, new Natural<>(LocalDate::parse), LocalDate.class::cast);
        }
        return null;
    }

    private static UUID uuid(Object value) {
        return UuidBytes.read(value) instanceof UUID id ? id : canonical(value.toString());
    }

    /** Another spelling of the same UUID is another text to the database: it would not be found by its key. */
    private static UUID canonical(String text) {
        UUID id = UUID.fromString(text);
        if (!id.toString().equals(text)) {
            throw new IllegalStateException("A text column holds a UUID key in another spelling than UUID.toString();"
                    + " spell them alike in the table, or declare the keys as String");
        }
        return id;
    }

    private static BigDecimal number(Object value) {
        return new BigDecimal(value.toString());
    }

    /** In the order that the class itself has. */
    private record Natural<T extends Comparable<? super T>>(Function<String, T> parse) implements KeyCodec<T> {
        @Override
        public String encode(T key) {
            return key.toString();
        }

        @Override
        public T decode(String text) {
            return parse.apply(text);
        }

        @Override
        public int compare(T first, T second) {
            return first.compareTo(second);
        }
    }
}
