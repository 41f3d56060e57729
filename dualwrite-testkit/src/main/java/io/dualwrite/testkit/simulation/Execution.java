package io.dualwrite.testkit.simulation;

import io.dualwrite.testkit.simulation.SqlStatement.Isolation;
import io.dualwrite.testkit.simulation.SqlStatement.Item;
import io.dualwrite.testkit.simulation.SqlStatement.Locking;
import io.dualwrite.testkit.simulation.SqlStatement.Order;
import io.dualwrite.testkit.simulation.SqlStatement.Select;
import io.dualwrite.testkit.simulation.StoreSession.Answer;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One run of one statement: what it sees, what it locks, what it changes. */
final class Execution {
    private final StoreEngine engine;
    private final StoreSession session;
    private final StoreTransaction transaction;
    private final String sql;
    private final @Nullable Object[] parameters;
    private long snapshot;

    Execution(
            StoreEngine engine,
            StoreSession session,
            StoreTransaction transaction,
            String sql,
            @Nullable Object[] parameters) {
        this.engine = engine;
        this.session = session;
        this.transaction = transaction;
        this.sql = sql;
        this.parameters = parameters;
    }

    String sql() {
        return sql;
    }

    /** When the transaction began. */
    Instant begun() {
        return transaction.begun;
    }

    @Nullable Object parameter(int index) throws SQLException {
        if (index >= parameters.length) {
            throw Refusal.of("07001", "no value for parameter " + (index + 1));
        }
        return parameters[index];
    }

    Answer run(SqlStatement statement) throws SQLException {
        if (statement instanceof SqlStatement.CreateTable table) {
            engine.create(table);
            return Answer.changed(0);
        }
        if (statement instanceof SqlStatement.Nothing) {
            return Answer.changed(0);
        }
        snapshot = transaction.snapshot(engine.latest());
        if (statement instanceof SqlStatement.PrimaryKeyName) {
            return primaryKeyName(String.valueOf(parameter(1)));
        }
        if (statement instanceof Select select) {
            return answer(select, null);
        }
        if (transaction.readOnly) {
            throw Refusal.of("25006", "cannot write in a read-only transaction");
        }
        if (statement instanceof SqlStatement.Insert insert) {
            return Answer.changed(insert(insert));
        }
        if (statement instanceof SqlStatement.Update update) {
            return Answer.changed(update(update));
        }
        if (statement instanceof SqlStatement.Delete delete) {
            return Answer.changed(delete(delete));
        }
        throw Unsimulated.of("how to run " + statement, sql);
    }

    private Answer primaryKeyName(String table) {
        List<@Nullable Object[]> rows = new ArrayList<>();
        StoredTable found = engine.find(table);
        if (found != null && !found.unique.isEmpty()) {
            rows.add(new @Nullable Object[] {table + SqlParser.PRIMARY_KEY});
        }
        List<@Nullable ColumnType> types = new ArrayList<>();
        types.add(null);
        return new Answer(List.of("conname"), types, rows, -1);
    }

    /** A row that was found, with the state in which it was found. */
    private record Found(StoredRow row, StoredRow.Version version) {}

    private Answer answer(Select select, @Nullable Frame outer) throws SQLException {
        List<String> names = new ArrayList<>();
        List<@Nullable ColumnType> types = new ArrayList<>();
        @Nullable StoredTable table =
                select.source() instanceof SqlStatement.TableSource source ? engine.table(source.table()) : null;
        describe(select, table, names, types);
        List<@Nullable Object[]> rows = new ArrayList<>();
        if (select.aggregates().isEmpty()) {
            for (@Nullable Object[] values : rows(select, outer)) {
                Frame frame = frame(select, outer, values);
                rows.add(project(select.items(), frame, table));
            }
        } else {
            Frame frame = frame(select, outer, new @Nullable Object[0]);
            @Nullable Object[] aggregates = new @Nullable Object[select.aggregates().size()];
            for (SqlExpression.Aggregate each : select.aggregates()) {
                aggregates[each.number()] = each.empty();
            }
            for (@Nullable Object[] values : rows(select, outer)) {
                frame.values = values;
                for (SqlExpression.Aggregate each : select.aggregates()) {
                    each.add(frame, aggregates);
                }
            }
            frame.aggregates = aggregates;
            rows.add(project(select.items(), frame, null));
        }
        return new Answer(names, types, rows, -1);
    }

    private static void describe(
            Select select, @Nullable StoredTable table, List<String> names, List<@Nullable ColumnType> types) {
        for (Item item : select.items()) {
            if (item.all() && table != null) {
                table.columns.forEach(column -> {
                    names.add(column.name());
                    types.add(column.type());
                });
            } else {
                names.add(item.name());
                Integer position = item.expression() instanceof SqlExpression.Column column && table != null
                        ? table.positions.get(column.name())
                        : null;
                types.add(
                        position == null || table == null
                                ? null
                                : table.columns.get(position).type());
            }
        }
    }

    private static @Nullable Object[] project(List<Item> items, Frame frame, @Nullable StoredTable table)
            throws SQLException {
        if (items.size() == 1 && items.get(0).all()) {
            return frame.values;
        }
        @Nullable Object[] values = new @Nullable Object[items.size()];
        for (int at = 0; at < values.length; at++) {
            SqlExpression expression = items.get(at).expression();
            if (expression == null) {
                throw Unsimulated.of("'*' beside other columns", frame.execution.sql());
            }
            values[at] = expression.in(frame);
        }
        return values;
    }

    private Frame frame(Select select, @Nullable Frame outer, @Nullable Object[] values) throws SQLException {
        Frame frame;
        if (select.source() instanceof SqlStatement.TableSource source) {
            frame = new Frame(this, outer, source.alias(), engine.table(source.table()).positions);
        } else if (select.source() instanceof SqlStatement.SeriesSource series) {
            frame = new Frame(this, outer, series.alias(), Map.of(series.column(), 0));
        } else {
            frame = new Frame(this, outer, "", Map.of());
        }
        frame.values = values;
        return frame;
    }

    /** The rows that a query finds, in its order, locked if it asks for that. */
    private List<@Nullable Object[]> rows(Select select, @Nullable Frame outer) throws SQLException {
        long limit = limit(select, outer);
        List<@Nullable Object[]> rows = new ArrayList<>();
        if (!(select.source() instanceof SqlStatement.TableSource source)) {
            for (@Nullable Object[] values : unstored(select, outer)) {
                if (rows.size() < limit && holds(select.where(), frame(select, outer, values))) {
                    rows.add(values);
                }
            }
            return rows;
        }
        StoredTable table = engine.table(source.table());
        Frame frame = new Frame(this, outer, source.alias(), table.positions);
        List<Found> found = find(
                table,
                select.where(),
                frame,
                select.order().isEmpty() && select.locking() == null ? limit : Long.MAX_VALUE);
        sort(found, select.order(), frame);
        Locking locking = select.locking();
        for (Found each : found) {
            if (rows.size() >= limit) {
                break;
            }
            StoredRow.Version version = locking == null ? each.version : lock(each, locking, select.where(), frame);
            if (version != null && version.values != null) {
                rows.add(version.values);
            }
        }
        return rows;
    }

    private long limit(Select select, @Nullable Frame outer) throws SQLException {
        SqlExpression limit = select.limit();
        Object most = limit == null ? null : limit.in(outer == null ? Frame.bare(this) : outer);
        return most instanceof Number number ? number.longValue() : Long.MAX_VALUE;
    }

    private List<@Nullable Object[]> unstored(Select select, @Nullable Frame outer) throws SQLException {
        List<@Nullable Object[]> rows = new ArrayList<>();
        if (select.source() instanceof SqlStatement.SeriesSource series) {
            Frame frame = outer == null ? Frame.bare(this) : outer;
            Object first = series.first().in(frame);
            Object last = series.last().in(frame);
            if (first instanceof Long from && last instanceof Long to) {
                for (long number = from; number <= to; number++) {
                    rows.add(new @Nullable Object[] {number});
                }
            }
        } else {
            rows.add(new @Nullable Object[0]);
        }
        return rows;
    }

    private static boolean holds(@Nullable SqlExpression condition, Frame frame) throws SQLException {
        return condition == null || SqlExpression.isTrue(condition.in(frame));
    }

    private List<Found> find(StoredTable table, @Nullable SqlExpression where, Frame frame, long limit)
            throws SQLException {
        List<Found> found = new ArrayList<>();
        // Conditions may wait, for advisory locks, and others may add rows meanwhile: those are not seen.
        for (StoredRow row : table.rows.toArray(new StoredRow[0])) {
            if (found.size() >= limit) {
                break;
            }
            StoredRow.Version version = row.visible(snapshot, transaction);
            if (version != null && version.values != null) {
                frame.values = version.values;
                if (holds(where, frame)) {
                    found.add(new Found(row, version));
                }
            }
        }
        return found;
    }

    private static void sort(List<Found> found, List<Order> order, Frame frame) throws SQLException {
        if (order.isEmpty() || found.size() < 2) {
            return;
        }
        List<@Nullable Object[]> keys = new ArrayList<>();
        List<Integer> numbers = new ArrayList<>();
        for (Found each : found) {
            @Nullable Object[] key = new @Nullable Object[order.size()];
            @Nullable Object @Nullable [] values = each.version.values;
            frame.values = values == null ? new @Nullable Object[0] : values;
            for (int at = 0; at < key.length; at++) {
                key[at] = order.get(at).by().in(frame);
            }
            numbers.add(numbers.size());
            keys.add(key);
        }
        numbers.sort((left, right) -> compare(keys.get(left), keys.get(right), order));
        List<Found> sorted = numbers.stream().map(found::get).toList();
        found.clear();
        found.addAll(sorted);
    }

    private static int compare(@Nullable Object[] left, @Nullable Object[] right, List<Order> order) {
        for (int at = 0; at < left.length; at++) {
            Object first = left[at];
            Object second = right[at];
            // Nulls last, as PostgreSQL has it.
            int result = first == null || second == null
                    ? Boolean.compare(first == null, second == null)
                    : SqlExpression.compare(first, second);
            if (result != 0) {
                return order.get(at).descending() ? -result : result;
            }
        }
        return 0;
    }

    /** Locks a row that was found, in its newest state; null when it was passed over or is not what is looked for any more. */
    private StoredRow.@Nullable Version lock(Found found, Locking locking, @Nullable SqlExpression where, Frame frame)
            throws SQLException {
        StoreLocks.Lock lock = found.row.lock;
        // Whether it was changed since is looked at before anybody is waited for, and once more afterwards.
        mustBeUnchanged(found.row.newestCommitted(transaction), found);
        if (locking.skipLocked()) {
            if (!lock.tryTake(transaction, locking.mode())) {
                return null;
            }
        } else if (locking.noWait()) {
            if (!lock.tryTake(transaction, locking.mode())) {
                throw Refusal.of("55P03", "could not obtain lock on row");
            }
        } else {
            lock.take(
                    session,
                    transaction,
                    locking.mode(),
                    () -> transaction.isolation.isOneSnapshot()
                            && found.row.newestCommitted(transaction) != found.version);
        }
        mustBeUnchanged(found.row.newestCommitted(transaction), found);
        StoredRow.Version newest = found.row.newest;
        if (newest == found.version) {
            return newest;
        }
        if (newest != null && newest.values != null) {
            frame.values = newest.values;
            if (holds(where, frame)) {
                return newest;
            }
        }
        engine.surroundings().noticed("looked again and passed over");
        return null;
    }

    private void mustBeUnchanged(StoredRow.@Nullable Version newest, Found found) throws SQLException {
        if (newest != found.version && transaction.isolation.isOneSnapshot()) {
            engine.surroundings().noticed("serialization failure");
            throw Refusal.of("40001", "could not serialize access due to concurrent update");
        }
    }

    private static final Locking FOR_WRITING = new Locking(StoreLocks.Mode.EXCLUSIVE, false, false);

    private int update(SqlStatement.Update update) throws SQLException {
        StoredTable table = engine.table(update.table());
        Frame frame = new Frame(this, null, update.table(), table.positions);
        int changed = 0;
        for (Found each : find(table, update.where(), frame, Long.MAX_VALUE)) {
            StoredRow.Version version = lock(each, FOR_WRITING, update.where(), frame);
            if (version == null || version.values == null) {
                continue;
            }
            change(table, each.row, version.values, update.assignments(), frame);
            changed++;
        }
        return changed;
    }

    private void change(
            StoredTable table,
            StoredRow row,
            @Nullable Object[] before,
            List<SqlStatement.Assignment> assignments,
            Frame frame)
            throws SQLException {
        frame.values = before;
        @Nullable Object[] values = before.clone();
        for (SqlStatement.Assignment assignment : assignments) {
            int position = position(table, assignment.column());
            values[position] =
                    table.columns.get(position).type().accept(assignment.value().in(frame));
        }
        require(table, values);
        for (int[] key : table.unique) {
            if (!isSame(key, before, values)) {
                // The old key is given up before the new one is looked for, and shown to nobody before it is free.
                row.write(transaction, null);
                makeSureOfNoOther(table, key, values, row);
            }
        }
        row.write(transaction, values);
    }

    private int delete(SqlStatement.Delete delete) throws SQLException {
        StoredTable table = engine.table(delete.table());
        Frame frame = new Frame(this, null, delete.table(), table.positions);
        int changed = 0;
        for (Found each : find(table, delete.where(), frame, Long.MAX_VALUE)) {
            if (lock(each, FOR_WRITING, delete.where(), frame) != null) {
                each.row.write(transaction, null);
                changed++;
            }
        }
        return changed;
    }

    private int insert(SqlStatement.Insert insert) throws SQLException {
        StoredTable table = engine.table(insert.table());
        List<@Nullable Object[]> rows = new ArrayList<>();
        Select select = insert.select();
        if (select != null) {
            rows.addAll(answer(select, null).rows());
        } else {
            Frame frame = Frame.bare(this);
            for (List<SqlExpression> values : insert.values()) {
                @Nullable Object[] row = new @Nullable Object[values.size()];
                for (int at = 0; at < row.length; at++) {
                    row[at] = values.get(at).in(frame);
                }
                rows.add(row);
            }
        }
        Set<StoredRow> mine = new HashSet<>();
        int changed = 0;
        for (@Nullable Object[] given : rows) {
            @Nullable Object[] values = complete(table, insert.columns(), given);
            SqlStatement.Conflict conflict = insert.conflict();
            if (conflict == null || !isSettled(table, values, conflict, mine)) {
                mine.add(added(table, values));
                changed++;
            } else if (!conflict.assignments().isEmpty()) {
                changed++;
            }
        }
        return changed;
    }

    private StoredRow added(StoredTable table, @Nullable Object[] values) throws SQLException {
        for (int[] key : table.unique) {
            makeSureOfNoOther(table, key, values, null);
        }
        StoredRow row = new StoredRow(table.name);
        row.lock.tryTake(transaction, StoreLocks.Mode.EXCLUSIVE);
        row.write(transaction, values);
        table.rows.add(row);
        return row;
    }

    /** Whether there was a row already, to which has been done what is to be done to it. */
    private boolean isSettled(
            StoredTable table, @Nullable Object[] values, SqlStatement.Conflict conflict, Set<StoredRow> mine)
            throws SQLException {
        while (true) {
            StoredRow rival = rival(table, values, conflict.byPrimaryKey());
            if (rival == null) {
                return false;
            }
            StoredRow.Version visible = rival.visible(snapshot, transaction);
            if (transaction.isolation.isOneSnapshot() && visible != rival.newestCommitted(transaction)) {
                engine.surroundings().noticed("serialization failure");
                throw Refusal.of("40001", "could not serialize access due to concurrent update");
            }
            if (conflict.assignments().isEmpty()) {
                return true;
            }
            StoredRow.Version seen = rival.newest;
            StoredRow.Version version =
                    seen == null ? null : lock(new Found(rival, seen), FOR_WRITING, null, bare(table));
            if (version == null || version != seen || version.values == null) {
                // Changed or gone while it was waited for: whether there is a rival is to be seen anew.
                continue;
            }
            if (!mine.add(rival)) {
                throw Refusal.of("21000", "ON CONFLICT DO UPDATE command cannot affect row a second time");
            }
            Frame excluded = new Frame(this, null, "excluded", table.positions);
            excluded.values = values;
            change(
                    table,
                    rival,
                    version.values,
                    conflict.assignments(),
                    new Frame(this, excluded, table.name, table.positions));
            return true;
        }
    }

    private Frame bare(StoredTable table) {
        return new Frame(this, null, table.name, table.positions);
    }

    /** The row that has such a key; whoever is about to take one or to give it up is waited for. */
    private @Nullable StoredRow rival(StoredTable table, @Nullable Object[] values, boolean byPrimaryKey)
            throws SQLException {
        for (int[] key : byPrimaryKey ? table.unique.subList(0, 1) : table.unique) {
            StoredRow other = other(table, key, values, null);
            if (other != null) {
                return other;
            }
        }
        return null;
    }

    private @Nullable Object[] complete(StoredTable table, List<String> columns, @Nullable Object[] given)
            throws SQLException {
        @Nullable Object[] values = new @Nullable Object[table.columns.size()];
        boolean[] set = new boolean[values.length];
        for (int at = 0; at < given.length; at++) {
            int position = position(table, columns.get(at));
            values[position] = table.columns.get(position).type().accept(given[at]);
            set[position] = true;
        }
        for (int at = 0; at < values.length; at++) {
            StoredTable.Column column = table.columns.get(at);
            SqlExpression preset = column.preset();
            if (!set[at] && column.identity()) {
                values[at] = table.nextIdentity();
            } else if (!set[at] && preset != null) {
                values[at] = column.type().accept(preset.in(Frame.bare(this)));
            }
        }
        require(table, values);
        return values;
    }

    private int position(StoredTable table, String column) {
        Integer position = table.positions.get(column);
        if (position == null) {
            throw Unsimulated.of("the column " + column, sql);
        }
        return position;
    }

    private static void require(StoredTable table, @Nullable Object[] values) throws SQLException {
        for (int at = 0; at < values.length; at++) {
            if (values[at] == null && table.columns.get(at).required()) {
                throw Refusal.of(
                        "23502", "null value in column " + table.columns.get(at).name());
            }
        }
    }

    private static boolean isSame(int[] key, @Nullable Object[] left, @Nullable Object[] right) {
        // The last columns of a key tell most rows apart.
        for (int column = key.length - 1; column >= 0; column--) {
            Object first = left[key[column]];
            Object second = right[key[column]];
            if (first == null || second == null || SqlExpression.compare(first, second) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Refuses a key that another row has; waits for whoever is about to give one up or to take it. */
    private void makeSureOfNoOther(StoredTable table, int[] key, @Nullable Object[] values, @Nullable StoredRow except)
            throws SQLException {
        if (other(table, key, values, except) != null) {
            throw Refusal.of("23505", "duplicate key value violates unique constraint of " + table.name);
        }
    }

    /** The row that has this key, null when there is none; waits for whoever is about to give it up or to take it. */
    private @Nullable StoredRow other(
            StoredTable table, int[] key, @Nullable Object[] values, @Nullable StoredRow except) throws SQLException {
        while (true) {
            StoredRow underWay = null;
            for (StoredRow row : table.rows) {
                StoredRow.Version newest = row.newest;
                if (row == except || newest == null) {
                    continue;
                }
                StoreTransaction writer = newest.writer;
                boolean has = newest.values != null && isSame(key, newest.values, values);
                if (writer == transaction || writer.isCommitted()) {
                    if (has) {
                        return row;
                    }
                } else if (has || hadBefore(newest, key, values)) {
                    underWay = row;
                    break;
                }
            }
            if (underWay == null || underWay.newest == null) {
                return null;
            }
            waitForEndOf(underWay.newest.writer, underWay, underWay.newest);
        }
    }

    private static boolean hadBefore(StoredRow.Version newest, int[] key, @Nullable Object[] values) {
        for (StoredRow.Version version = newest.older; version != null; version = version.older) {
            if (version.values != null && isSame(key, version.values, values)) {
                return true;
            }
            if (version.writer.isCommitted()) {
                return false;
            }
        }
        return false;
    }

    private void waitForEndOf(StoreTransaction writer, StoredRow row, StoredRow.Version version) throws SQLException {
        StoreLocks.Wait wait = new StoreLocks.Wait(
                "a key",
                transaction,
                StoreLocks.Mode.EXCLUSIVE,
                () -> writer.isOver() || row.newest != version,
                () -> List.of(writer));
        session.await(wait, null);
    }

    /** The value of a subquery with one column. */
    @Nullable Object scalar(Select select, Frame outer) throws SQLException {
        List<@Nullable Object[]> rows = answer(select, outer).rows();
        if (rows.size() > 1) {
            throw Refusal.of("21000", "more than one row returned by a subquery used as an expression");
        }
        return rows.isEmpty() ? null : rows.get(0)[0];
    }

    boolean exists(Select select, Frame outer) throws SQLException {
        return !rows(select, outer).isEmpty();
    }

    /** A function of the engine's own. Some of them wait. */
    @Nullable Object call(String function, List<@Nullable Object> arguments) throws SQLException {
        switch (function) {
            case "clock_timestamp", "statement_timestamp":
                return engine.surroundings().now();
            case "current_schema":
                return "public";
            case "hashtext":
                return (long) String.valueOf(arguments.get(0)).hashCode();
            case "current_setting":
                if ("transaction_isolation".equals(arguments.get(0))) {
                    Isolation isolation = transaction.isolation;
                    return isolation.text();
                }
                if ("synchronous_commit".equals(arguments.get(0))) {
                    return engine.isEarly() ? "off" : "on";
                }
                return session.setting(String.valueOf(arguments.get(0)));
            case "set_config":
                session.setLocal(String.valueOf(arguments.get(0)), String.valueOf(arguments.get(1)));
                return arguments.get(1);
            case "pg_is_in_recovery", "has_function_privilege":
                return false;
            case "to_regprocedure":
                return null;
            case "to_regclass":
                return arguments.get(0);
            case "current_database":
                return "simulated";
            case "pg_advisory_xact_lock_shared":
                advisory(arguments).take(session, transaction, StoreLocks.Mode.SHARED);
                return "";
            case "pg_advisory_xact_lock":
                advisory(arguments).take(session, transaction, StoreLocks.Mode.EXCLUSIVE);
                return "";
            case "pg_try_advisory_xact_lock_shared":
                return advisory(arguments).tryTake(transaction, StoreLocks.Mode.SHARED);
            case "pg_try_advisory_xact_lock":
                return advisory(arguments).tryTake(transaction, StoreLocks.Mode.EXCLUSIVE);
            default:
                throw Unsimulated.of("the function " + function + Arrays.toString(arguments.toArray()), sql);
        }
    }

    private StoreLocks.Lock advisory(List<@Nullable Object> arguments) {
        return engine.locks().advisory(arguments.toString());
    }
}
