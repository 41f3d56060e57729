package io.dualwrite.jdbc;

import io.dualwrite.stage.RecordId;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds the records that foreign keys tie to those of a batch. */
final class Relatives {
    private final Tables tables;

    Relatives(Tables tables) {
        this.tables = tables;
    }

    /** The parents that rows in the copy's shape reference and the copy does not have. */
    Set<RecordId> missingParents(Session session, Place copy, Map<RecordId, Row> rows) throws SQLException {
        Set<RecordId> missing = new LinkedHashSet<>();
        for (Table<?, ?> table : tables.inOrder()) {
            for (Reference reference : table.references()) {
                Set<String> wanted = new LinkedHashSet<>();
                for (Row row : Batches.rowsOf(rows, table).values()) {
                    String key = reference.parentKey(copy.side(), row);
                    if (key != null) {
                        wanted.add(key);
                    }
                }
                if (!wanted.isEmpty()) {
                    String parent = reference.parent().name();
                    wanted.removeAll(new RowWriter(session, tables.at(copy, session.connection(), parent))
                            .present(new ArrayList<>(wanted)));
                    wanted.forEach(key -> missing.add(new RecordId(parent, key)));
                }
            }
        }
        return missing;
    }

    /** The copy's records that reference records of the batch which have no row any more. */
    Set<RecordId> children(Session session, Place copy, Set<RecordId> batch, Map<RecordId, Row> rows)
            throws SQLException {
        Set<RecordId> children = new LinkedHashSet<>();
        for (Table<?, ?> parent : tables.inReverse()) {
            List<String> gone = Batches.goneOf(batch, parent, rows);
            for (Tables.Child child : tables.childrenOf(parent.name())) {
                children.addAll(childrenOf(session, copy, child, parent, gone));
            }
        }
        return children;
    }

    private List<RecordId> childrenOf(
            Session session, Place copy, Tables.Child child, Table<?, ?> parent, List<String> gone)
            throws SQLException {
        SideTable table = tables.at(copy, session.connection(), child.table().name());
        SideTable parents = tables.at(copy, session.connection(), parent.name());
        List<Column> columns = child.reference().on(copy.side()).stream()
                .map(table.shape()::column)
                .toList();
        List<RecordId> found = new ArrayList<>();
        for (List<String> keys : InLists.of(gone)) {
            found.addAll(session.run()
                    .list(
                            "select " + table.keyList() + " from "
                                    + table.shape().quoted() + SideTable.whereIn(columns, keys.size()),
                            result -> table.idOf(new RowReader(session.dialect(), result.getMetaData()).read(result)),
                            parents.bind(columns, keys)));
        }
        return found;
    }
}
