package io.dualwrite.spring.capture;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keys that the database has completed for records just added. Reads along while the application reads them, and by itself
 * what the application leaves; where they are not to be had, the whole table is named. Belongs to one execution.
 */
final class GeneratedKeys {
    private final CapturedTable table;
    private final List<List<@Nullable Object>> rows;
    private final Statement raw;
    private final Changes changes;
    private @Nullable ResultSet results;
    private int seen;

    /** {@code rows} are the keys as far as the statement says them. */
    GeneratedKeys(CapturedTable table, List<List<@Nullable Object>> rows, Statement raw, Changes changes) {
        this.table = table;
        this.rows = rows;
        this.raw = raw;
        this.changes = changes;
    }

    /** What to give to the application in place of {@code results}. */
    ResultSet watch(ResultSet results) {
        this.results = results;
        return (ResultSet) Proxy.newProxyInstance(
                GeneratedKeys.class.getClassLoader(),
                new Class<?>[] {ResultSet.class},
                (proxy, method, args) -> watched(proxy, results, method, args));
    }

    private @Nullable Object watched(Object proxy, ResultSet results, Method method, @Nullable Object @Nullable [] args)
            throws Throwable {
        switch (method.getName()) {
            case "equals":
                return args != null && proxy == args[0];
            case "hashCode":
                return System.identityHashCode(proxy);
            case "close":
                finish();
                break;
            default:
                break;
        }
        Object answer = Through.call(results, method, args);
        if (method.getName().equals("next") && Boolean.TRUE.equals(answer)) {
            note(results);
        }
        return answer;
    }

    /** Makes sure that every key is known. */
    void finish() {
        if (seen >= rows.size()) {
            return;
        }
        try {
            ResultSet rest = results == null ? raw.getGeneratedKeys() : results;
            while (seen < rows.size() && rest.next()) {
                note(rest);
            }
        } catch (SQLException unreadable) {
            changes.whole(table);
        }
        if (seen < rows.size()) {
            changes.whole(table);
        }
        seen = rows.size();
    }

    private void note(ResultSet results) throws SQLException {
        if (seen >= rows.size()) {
            return;
        }
        List<@Nullable Object> row = rows.get(seen++);
        long missing = row.stream().filter(value -> value == null).count();
        List<Object> key = new ArrayList<>();
        for (int part = 0; part < row.size(); part++) {
            Object value = row.get(part);
            if (value == null && (rows.size() == 1 || missing == row.size())) {
                value = generated(results, table.key().get(part), missing);
            }
            if (value == null) {
                changes.whole(table);
                return;
            }
            key.add(value);
        }
        try {
            changes.add(table, Entry.id(table.stored().table(), KeyValues.plain(key)));
        } catch (Entry.UnknownKeyException none) {
            changes.whole(table);
        }
    }

    private static @Nullable Object generated(ResultSet results, String column, long missing) throws SQLException {
        ResultSetMetaData columns = results.getMetaData();
        for (int at = 1; at <= columns.getColumnCount(); at++) {
            if (columns.getColumnLabel(at).equalsIgnoreCase(column)) {
                return results.getObject(at);
            }
        }
        return columns.getColumnCount() == 1 && missing == 1 ? results.getObject(1) : null;
    }
}
