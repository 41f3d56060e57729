package io.dualwrite.spring.capture;

import io.dualwrite.spring.capture.Effect.Searched;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds, and locks, the records that a statement is about to change, by the statement's own condition. Belongs to one
 * execution.
 *
 * @param entry the statement
 * @param searched what it does
 * @param found how many records there were
 */
record KeySearch(Entry entry, Searched searched, int found) {
    /** A statement that concerns more records names the whole table instead. */
    static final int MOST = 10_000;

    /** Looks, and notes what was found. */
    static KeySearch of(Entry entry, Searched searched, Connection raw, Changes changes) throws Throwable {
        CapturedTable table = searched.table();
        String sql = "select " + table.keyList(raw.getMetaData().getIdentifierQuoteString()) + searched.query()
                + " for update";
        int found = 0;
        try (PreparedStatement select = raw.prepareStatement(sql)) {
            for (int at = 0; at < searched.marks(); at++) {
                Binding binding = entry.bindings().get(searched.firstMark() + at);
                if (binding != null) {
                    binding.to(select, at + 1);
                }
            }
            select.setMaxRows(MOST + 1);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    found++;
                    note(table, rows, changes);
                }
            }
        }
        if (found > MOST) {
            changes.whole(table);
        }
        return new KeySearch(entry, searched, found);
    }

    private static void note(CapturedTable table, ResultSet row, Changes changes) throws Exception {
        List<Object> values = new ArrayList<>();
        for (int column = 1; column <= table.key().size(); column++) {
            values.add(row.getObject(column));
        }
        try {
            changes.add(table, Entry.id(table.stored().table(), KeyValues.plain(values)));
        } catch (Entry.UnknownKeyException none) {
            changes.whole(table);
        }
    }

    /**
     * Compares with what the statement did. Between the two, others may have added records that it concerns as well; those
     * found were locked.
     *
     * @param changed how many records it concerned, or a negative number where the driver does not tell
     */
    void settle(long changed, Changes changes) {
        if (changed != found) {
            changes.whole(searched.table());
        }
    }
}
