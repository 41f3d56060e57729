package io.dualwrite.jdbc;

import java.util.List;
import javax.sql.DataSource;

/** The front door of migrations between two databases, or with their journal in one: declares tables, builds migrations. */
public final class Jdbc {
    private Jdbc() {}

    /**
     * Declares a kind of record by the origin's table.
     *
     * @param originTable {@code name} or {@code schema.name}
     * @param recordClass the application's class of records
     * @param keyClass the application's class of keys, boxed
     */
    public static <R, K> Table<R, K> table(String originTable, Class<R> recordClass, Class<K> keyClass) {
        return Table.of(originTable, recordClass, keyClass);
    }

    /**
     * Declares a table whose rows nobody handles as objects, since all changes of it are captured: a join table, or all of an
     * application's tables where something else knows them. Keys are the column's values, lists of them where there are
     * several.
     *
     * @param originTable {@code name} or {@code schema.name}
     * @param key the columns of the primary key, in any order; one at least
     * @throws IllegalArgumentException when there is none
     */
    public static Table<Row, ?> rows(String originTable, List<KeyColumn> key) {
        if (key.isEmpty()) {
            throw new IllegalArgumentException("The table " + originTable + " needs a key of one column at least");
        }
        return Table.ofRows(originTable, List.copyOf(key));
    }

    /**
     * Begins a migration's declaration. Both DataSources must lead to one writer server each: no replica, no proxy that
     * splits reads from writes. What shares transactions moves together, so all of it belongs into one migration.
     *
     * @param name 1 to 100 letters, digits, {@code .}, {@code _} or {@code -}; the same on every node, and never changed
     * @param origin where the application lives when the migration begins
     * @param target where it lives when the migration is complete; may be unreachable for now
     */
    public static JdbcMigrationBuilder migration(String name, DataSource origin, DataSource target) {
        return new JdbcMigrationBuilder(name, origin, target);
    }

    /**
     * Begins the declaration of a migration between two stores that are no databases, or share no transaction with one:
     * key-value stores, services. Every write leaves its intent in the journal's database before the store is called. What is
     * promised then, and what is not, is in {@code docs/stores.md}.
     *
     * @param name 1 to 100 letters, digits, {@code .}, {@code _} or {@code -}; the same on every node, and never changed
     * @param recordClass the application's class of records
     * @param keyClass the application's class of keys, boxed
     * @param journal where control rows and journals are; one writer server, and every write needs it
     */
    public static <R, K> StoresMigrationBuilder<R, K> stores(
            String name, Class<R> recordClass, Class<K> keyClass, DataSource journal) {
        return new StoresMigrationBuilder<>(name, recordClass, keyClass, journal);
    }
}
