package io.dualwrite.jdbc;

/** The front door of migrations between two databases: declares tables, and builds migrations of them. */
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
}
