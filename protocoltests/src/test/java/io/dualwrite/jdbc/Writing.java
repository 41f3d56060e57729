package io.dualwrite.jdbc;

import io.dualwrite.fence.Transaction;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.store.RecordType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.EnumSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One transaction of an application, as drawn from its writer's own source of choices. One use. */
final class Writing {
    /** What applications do to a record. */
    private enum Kind {
        DELETE,
        LOOK_AND_SAVE,
        SAVE,
        MOVE,
        DELETE_AND_INSERT,
        SAVEPOINT,
        FAILED_INSERT
    }

    private static final Kind[] PLAIN = {Kind.DELETE, Kind.LOOK_AND_SAVE, Kind.SAVE};

    private final SimulatedNode node;
    private final Witness witness;
    private final Random own;
    private final int keys;
    private final AtomicLong values;
    private final boolean fancy;
    private final @Nullable Random sweeps;
    private final Set<Long> swept = new TreeSet<>();
    private final Map<Long, Long> written = new TreeMap<>();
    private final Set<Situation> sights = EnumSet.noneOf(Situation.class);
    private final long begun;
    private Side on = Side.ORIGIN;
    private long fencedAt;

    /**
     * With {@code fancy}, all kinds of transactions, and otherwise plain ones; with {@code sweeps}, which is what they are
     * drawn from, some that change records without naming them.
     */
    Writing(
            SimulatedNode node,
            Witness witness,
            Random own,
            int keys,
            AtomicLong values,
            boolean fancy,
            @Nullable Random sweeps) {
        this.sweeps = sweeps != null && sweeps.nextInt(3) == 0 ? sweeps : null;
        this.node = node;
        this.witness = witness;
        this.own = own;
        this.keys = keys;
        this.values = values;
        this.fancy = fancy;
        this.begun = node.pace.nanos();
    }

    /** The side that it was done on. */
    Side side() {
        return on;
    }

    /** What it has left under each key; null for nothing. */
    Map<Long, Long> written() {
        return written;
    }

    /** What came up, if it was committed. */
    Set<Situation> sights() {
        return sights;
    }

    /** Whether it took longer than usual to get in. */
    boolean waited() {
        return fencedAt - begun > 10_000_000;
    }

    void run() throws Exception {
        boolean joins = fancy && own.nextInt(6) == 0;
        boolean nests = fancy && own.nextInt(8) == 0;
        Kind kind = fancy && own.nextInt(3) == 0
                ? Kind.values()[own.nextInt(Kind.values().length)]
                : PLAIN[own.nextInt(PLAIN.length)];
        long key = 1 + own.nextInt(keys);
        boolean several = own.nextInt(4) == 0;
        if (joins) {
            join(kind, key, several);
            return;
        }
        node.transactions.write(transaction -> {
            enter(transaction);
            try (Connection connection = node.bound.of(on).getConnection()) {
                workOrSweep(transaction, connection, kind, key, several);
            }
            if (nests) {
                sights.add(Situation.NESTED);
                node.transactions.write(inner -> {
                    try (Connection connection = node.bound.of(inner.side()).getConnection()) {
                        work(inner, connection, Kind.SAVE, 1 + own.nextInt(keys), false);
                    }
                    return on;
                });
            }
            witness.writing(written, swept);
            return on;
        });
    }

    private void enter(Transaction transaction) {
        written.clear();
        swept.clear();
        sights.clear();
        on = transaction.side();
        fencedAt = node.pace.nanos();
        witness.began(on);
    }

    /** The application's own transaction, which it has begun and ends itself. */
    private void join(Kind kind, long key, boolean several) throws Exception {
        Side side = node.board.view().leader();
        try (Connection connection = node.pools.of(side).getConnection()) {
            connection.setAutoCommit(false);
            try {
                Savepoint before = node.variation.losesItsFence() ? connection.setSavepoint() : null;
                node.transactions.inTransaction(connection, transaction -> {
                    enter(transaction);
                    if (before != null) {
                        connection.rollback(before);
                    }
                    workOrSweep(transaction, connection, kind, key, several);
                    return on;
                });
                witness.writing(written, swept);
                sights.add(Situation.JOINED);
                connection.commit();
            } catch (Exception failure) {
                connection.rollback();
                throw failure;
            }
        }
    }

    private void workOrSweep(Transaction transaction, Connection connection, Kind kind, long first, boolean several)
            throws SQLException {
        if (sweeps == null) {
            work(transaction, connection, kind, first, several);
        } else {
            sweep(sweeps, transaction, connection);
        }
    }

    /** One statement about all records, or those between two keys, whichever they are. */
    private void sweep(Random drawn, Transaction transaction, Connection connection) throws SQLException {
        boolean all = drawn.nextBoolean();
        boolean notedFirst = drawn.nextBoolean();
        boolean deletes = drawn.nextInt(3) > 0;
        long first = all ? 1 : 1 + drawn.nextInt(keys);
        long last = all ? Scenario.MOST_KEYS : first + drawn.nextInt((int) (keys - first + 1));
        RecordType<?, Long> type = SimulatedNode.ITEMS.type();
        RecordRange range = all ? type.all() : type.between(last, first);
        String table = SimulatedNode.table(transaction.side());
        String where = all ? "" : " where id between " + first + " and " + last;
        if (notedFirst) {
            transaction.changed(range);
        }
        for (long key = first; key <= last; key++) {
            swept.add(key);
        }
        if (deletes) {
            execute(connection, "delete from " + table + where);
        } else {
            execute(connection, "update " + table + " set amount = ?" + where, next());
        }
        if (!notedFirst) {
            transaction.changed(range);
        }
    }

    private void work(Transaction transaction, Connection connection, Kind kind, long first, boolean several)
            throws SQLException {
        String table = SimulatedNode.table(transaction.side());
        boolean down = several && own.nextBoolean();
        for (long each = first; each <= (several ? keys : first); each++) {
            long key = down ? keys + first - each : each;
            switch (kind) {
                case DELETE -> delete(transaction, connection, table, key);
                case LOOK_AND_SAVE -> {
                    look(connection, table, key);
                    save(transaction, connection, table, key);
                }
                case SAVE -> save(transaction, connection, table, key);
                case MOVE -> move(transaction, connection, table, key, 1 + key % keys);
                case DELETE_AND_INSERT -> {
                    delete(transaction, connection, table, key);
                    transaction.changed(SimulatedNode.id(key));
                    written.put(key, insert(connection, table, key));
                    sights.add(Situation.INSERTED_AGAIN);
                }
                case SAVEPOINT -> {
                    save(transaction, connection, table, key);
                    Map<Long, Long> before = new TreeMap<>(written);
                    Savepoint savepoint = connection.setSavepoint();
                    save(transaction, connection, table, 1 + key % keys);
                    connection.rollback(savepoint);
                    written.clear();
                    written.putAll(before);
                    sights.add(Situation.SAVEPOINT);
                }
                case FAILED_INSERT -> {
                    save(transaction, connection, table, key);
                    Savepoint savepoint = connection.setSavepoint();
                    try {
                        insert(connection, table, key);
                        throw new AssertionError("two rows with one key");
                    } catch (SQLException duplicate) {
                        if (!Dialect.isUnique(duplicate)) {
                            throw duplicate;
                        }
                        connection.rollback(savepoint);
                        sights.add(Situation.SAVEPOINT);
                    }
                }
            }
        }
    }

    /** A value that nobody has written before. */
    private long next() {
        return node.variation.stamped(node, values.incrementAndGet());
    }

    private static void look(Connection connection, String table, long key) throws SQLException {
        try (PreparedStatement look =
                connection.prepareStatement("select amount from " + table + " where id = ? for update")) {
            look.setLong(1, key);
            try (ResultSet row = look.executeQuery()) {
                row.next();
            }
        }
    }

    private void save(Transaction transaction, Connection connection, String table, long key) throws SQLException {
        transaction.changed(SimulatedNode.id(key));
        long value = next();
        if (execute(connection, "update " + table + " set amount = ? where id = ?", value, key) == 0) {
            value = insert(connection, table, key);
        }
        written.put(key, value);
    }

    private long insert(Connection connection, String table, long key) throws SQLException {
        long value = next();
        execute(connection, "insert into " + table + " (amount, id) values (?, ?)", value, key);
        return value;
    }

    private void delete(Transaction transaction, Connection connection, String table, long key) throws SQLException {
        transaction.changed(SimulatedNode.id(key));
        if (execute(connection, "delete from " + table + " where id = ?", key) > 0) {
            written.put(key, null);
        }
    }

    /** Gives the record another key: one record less and one more. */
    private void move(Transaction transaction, Connection connection, String table, long from, long to)
            throws SQLException {
        if (from == to) {
            return;
        }
        delete(transaction, connection, table, to);
        transaction.changed(SimulatedNode.id(from));
        long value = next();
        if (execute(connection, "update " + table + " set id = ?, amount = ? where id = ?", to, value, from) > 0) {
            written.put(from, null);
            written.put(to, value);
            sights.add(Situation.KEY_CHANGED);
        }
    }

    private static int execute(Connection connection, String sql, long... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int at = 0; at < parameters.length; at++) {
                statement.setLong(at + 1, parameters[at]);
            }
            return statement.executeUpdate();
        }
    }
}
