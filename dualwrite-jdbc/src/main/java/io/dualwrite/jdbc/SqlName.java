package io.dualwrite.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * The name of a table or sequence as declared: {@code orders} or {@code legacy.orders}. Upper and lower case are told apart
 * only where the database has both.
 *
 * @param schema null for the connection's current schema
 */
record SqlName(@Nullable String schema, String name) {
    SqlName {
        if (name.isBlank() || (schema != null && schema.isBlank())) {
            throw new IllegalArgumentException("A table or sequence is named 'name' or 'schema.name'");
        }
    }

    static SqlName parse(String declared) {
        int dot = declared.indexOf('.');
        return dot < 0
                ? new SqlName(null, declared.strip())
                : new SqlName(
                        declared.substring(0, dot).strip(),
                        declared.substring(dot + 1).strip());
    }

    /** An identifier between the database's own quotation marks, whatever is in it. */
    static String quote(String identifier, String mark) {
        return mark + identifier.replace(mark, mark + mark) + mark;
    }
}
