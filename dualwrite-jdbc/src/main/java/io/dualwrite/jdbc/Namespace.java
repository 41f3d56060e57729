package io.dualwrite.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Where a table is, as a driver's metadata has it: in a schema of a catalog, or, with MariaDB and MySQL, in a catalog alone.
 *
 * @param schema null where there are only catalogs
 */
record Namespace(@Nullable String catalog, @Nullable String schema) {
    /** The one of that name, or the connection's current one when there is no name. */
    static Namespace of(Connection connection, @Nullable String name) throws SQLException {
        String current = connection.getSchema();
        String catalog = connection.getCatalog();
        if (current == null) {
            return new Namespace(name == null ? catalog : name, null);
        }
        return new Namespace(catalog, name == null ? current : name);
    }

    /** The one that a row of metadata names in its columns {@code …_CAT} and {@code …_SCHEM}. */
    static Namespace of(ResultSet row, String prefix) throws SQLException {
        return new Namespace(row.getString(prefix + "_CAT"), row.getString(prefix + "_SCHEM"));
    }

    /** What a table's name is qualified with in statements. */
    String name() {
        return schema != null ? schema : String.valueOf(catalog);
    }

    /** This one, spelled as the database spells it. */
    Namespace as(Namespace found) {
        return schema == null ? found : new Namespace(catalog, found.schema);
    }
}
