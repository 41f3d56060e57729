package io.dualwrite.jdbc;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The index that serves a listing by key on PostgreSQL, where texts are listed by their bytes. */
final class BytewiseIndex {
    private BytewiseIndex() {}

    /** A column of an index; null for an expression. */
    private record Part(@Nullable String column, @Nullable String collation) {
        boolean serves(Column key) {
            return key.spelled().equals(column) && (!key.isText() || "C".equals(collation));
        }
    }

    /** The statement that makes it; null where there is one, or the key needs none of its own. */
    static @Nullable String missing(Statements statements, SideTable table) throws SQLException {
        if (table.key().stream().noneMatch(Column::isText)
                || indexes(statements, table.shape()).stream().anyMatch(index -> serves(index, table.key()))) {
            return null;
        }
        return "create index concurrently on " + table.shape().quoted()
                + table.key().stream()
                        .map(column -> column.isText() ? column.quoted() + " collate \"C\"" : column.quoted())
                        .collect(Collectors.joining(", ", " (", ")"));
    }

    private static boolean serves(List<Part> index, List<Column> key) {
        for (int at = 0; at < key.size(); at++) {
            if (at >= index.size() || !index.get(at).serves(key.get(at))) {
                return false;
            }
        }
        return true;
    }

    private static List<List<Part>> indexes(Statements statements, TableShape table) throws SQLException {
        Map<String, List<Part>> indexes = new LinkedHashMap<>();
        statements.list(
                "select i.indexrelid, a.attname, l.collname from pg_catalog.pg_index i"
                        + " join pg_catalog.pg_class c on c.oid = i.indrelid"
                        + " join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
                        + " join pg_catalog.pg_class x on x.oid = i.indexrelid"
                        + " join pg_catalog.pg_am m on m.oid = x.relam and m.amname = 'btree'"
                        + " cross join lateral unnest(i.indkey::int2[], i.indcollation::oid[])"
                        + " with ordinality as k(number, collation_id, place)"
                        + " left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = k.number"
                        + " left join pg_catalog.pg_collation l on l.oid = k.collation_id"
                        + " where n.nspname = ? and c.relname = ? and i.indisvalid and i.indpred is null"
                        + " order by i.indexrelid, k.place",
                row -> indexes.computeIfAbsent(row.getString(1), any -> new ArrayList<>())
                        .add(new Part(row.getString(2), row.getString(3))),
                table.schema(),
                table.table());
        return List.copyOf(indexes.values());
    }
}
