package io.dualwrite.spring.capture;

import io.dualwrite.jdbc.StoredTable;
import java.util.List;
import java.util.Locale;

/**
 * A table of the migration as statements name it. Immutable.
 *
 * @param stored the table
 * @param name its name in lower case
 * @param schema its schema in lower case
 * @param key its key's columns in lower case, in the key's order
 */
record CapturedTable(StoredTable stored, String name, String schema, List<String> key) {
    static CapturedTable of(StoredTable stored) {
        return new CapturedTable(
                stored,
                lower(stored.name()),
                lower(stored.schema()),
                stored.keyColumns().stream().map(CapturedTable::lower).toList());
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /** The key's columns with commas, quoted with this mark. */
    String keyList(String mark) {
        return String.join(
                ", ",
                stored.keyColumns().stream()
                        .map(column -> mark + column.replace(mark, mark + mark) + mark)
                        .toList());
    }

    /** The record type's name. */
    @Override
    public String toString() {
        return stored.table().toString();
    }
}
