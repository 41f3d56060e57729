package io.dualwrite.crash;

import io.dualwrite.stage.Side;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A database server of its own processes and its own directory, which can be killed and started again on the same port. */
abstract class Server implements AutoCloseable {
    /** How long somebody beside the test tries, who is held up by nothing but the machine. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Starts the server, on what is in its directory. Returns when it answers. */
    abstract void start() throws IOException;

    /** Ends all of its processes at once, as a machine that loses its power would, but for what the disk has not yet got. */
    abstract void kill() throws IOException;

    /** As {@link #kill}, in the way its administrator would do it in need. */
    abstract void stopImmediately() throws IOException;

    /** Whether it has died and is of a kind that shows what was committed before that is in its log. */
    boolean mayHaveShownTooEarly() {
        return false;
    }

    abstract int port();

    /** A URL to one schema, by way of {@code port}, which may be a proxy's. {@code client} names the sessions. */
    abstract String url(int port, String schema, String client);

    /** Makes a schema with one side's records, and triggers that write down what becomes of them. */
    abstract void create(String schema, Side side) throws SQLException;

    /** Triggers cannot be made before the library's tables are there, which they read. */
    abstract void watch(String schema, Side side) throws SQLException;

    /** Whether sessions that begin from now on are told that they may read only. */
    void readOnly(boolean from) throws SQLException {
        throw new UnsupportedOperationException(this + " cannot be told to");
    }

    /** Ends the sessions of a client, as the server itself would after a while of silence. */
    abstract void dismiss(String schema, String client) throws SQLException;

    /** Whether a client is in the middle of a statement, or of a transaction that may hold locks. */
    abstract boolean isBusy(String schema, String client) throws SQLException;

    /** What the sessions are doing now, one by one, as the server tells it. */
    abstract List<String> sessions(String schema) throws SQLException;

    /** Lets a client in, where that has to be said beforehand. */
    void welcome(String schema, String client) throws SQLException {}

    @Override
    public abstract void close() throws IOException;

    /** Of somebody beside the test, while the server is up; a busy machine may let a first attempt run out. */
    Connection connect(String schema) throws SQLException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return DriverManager.getConnection(url(port(), schema, "checker"));
            } catch (SQLException failure) {
                boolean unreachable =
                        failure.getSQLState() != null && failure.getSQLState().startsWith("08");
                if (!unreachable || System.nanoTime() > until) {
                    throw failure;
                }
            }
        }
    }

    void run(String schema, String... statements) throws SQLException {
        try (Connection connection = connect(schema);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Reads one row. */
    interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    <T> List<T> query(String schema, String sql, Reader<T> reader) throws SQLException {
        try (Connection connection = connect(schema);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<T> rows = new ArrayList<>();
            while (result.next()) {
                rows.add(reader.read(result));
            }
            return rows;
        }
    }

    /** Adds rows, each of all columns. */
    void insert(String schema, String table, List<List<@Nullable Object>> rows) throws SQLException {
        for (List<@Nullable Object> row : rows) {
            String marks = String.join(", ", Collections.nCopies(row.size(), "?"));
            try (Connection connection = connect(schema);
                    PreparedStatement insert =
                            connection.prepareStatement("insert into " + table + " values (" + marks + ")")) {
                for (int at = 0; at < row.size(); at++) {
                    insert.setObject(at + 1, row.get(at));
                }
                insert.executeUpdate();
            }
        }
    }

    static List<@Nullable Object> objects(ResultSet row) throws SQLException {
        List<@Nullable Object> objects = new ArrayList<>();
        for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
            objects.add(row.getObject(column));
        }
        return objects;
    }

    static String values(ResultSet row) throws SQLException {
        List<String> values = new ArrayList<>();
        for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
            values.add(row.getString(column));
        }
        return values.toString();
    }
}
