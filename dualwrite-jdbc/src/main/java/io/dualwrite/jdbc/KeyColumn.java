package io.dualwrite.jdbc;

import java.util.Objects;

/**
 * A column of a key, for {@link Jdbc#rows}. Immutable.
 *
 * @param name its name on the origin
 * @param type what it holds: Long, Integer, Short, String, UUID or LocalDate
 */
public record KeyColumn(String name, Class<?> type) {
    public KeyColumn {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(type, "type");
    }
}
