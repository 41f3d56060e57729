package io.dualwrite.jdbc;

import io.dualwrite.fence.Holder;
import io.dualwrite.fence.Pace;
import io.dualwrite.stage.ControlRow;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * H2 2.3 and later. It has no shared row locks, so a control row is spread over stripes: whoever holds it shared locks
 * one of them, whoever changes it locks all. Its clock stands still within a transaction.
 *
 * <p>Nobody waits for a stripe inside of H2, which is asked with {@code skip locked} again and again instead: once a
 * transaction has rolled back a statement or to a savepoint, H2 lets those who wait for its rows spin until it ends, without
 * any time-out. Nor is {@code nowait} used, whose failure is such a rollback.
 */
record H2Dialect() implements Dialect {
    /** As many transactions can hold a control row at the same time. */
    private static final int CONTROL_STRIPES = 64;
    /** After so many stripes that others hold, all of them may well be held. */
    private static final int SHARED_TRIES = 8;

    /** A sequence's name, quoted and with its schema, as an expression over those that there are. */
    private static final String SEQUENCE = "'\"' || replace(sequence_schema, '\"', '\"\"') || '\".\"'"
            + " || replace(sequence_name, '\"', '\"\"') || '\"'";

    private static final Pattern NEXT_VALUE =
            Pattern.compile("NEXT VALUE FOR (\"(?:[^\"]|\"\")+\"\\.\"(?:[^\"]|\"\")+\")");

    private static final String FOR_UPDATE = " for update skip locked";
    private static final Duration REST = Duration.ofMillis(1);
    /** H2's own state of a lock time-out. */
    private static final String BUSY = "HYT00";
    /** H2's own level, beyond those of {@link Connection}: every table as of the transaction's first statement. */
    private static final int TRANSACTION_SNAPSHOT = 6;

    private static final int GENERAL_ERROR = 50000;
    private static final int ASKED_AGAIN = 5;

    @Override
    public LibraryTables.Words words() {
        return LibraryTables.Words.standard("current_timestamp");
    }

    @Override
    public Undo lockInstallation(Statements statements) {
        // DDL takes H2's own exclusive locks, statement by statement; there is nothing to hold.
        return () -> {};
    }

    @Override
    public boolean tellsAdded() {
        return true;
    }

    /** {@code if not exists} and the making are two moments in H2; in between, it reports an internal error. */
    @Override
    public boolean isMadeAlready(SQLException failure) {
        String message = String.valueOf(failure.getMessage());
        return Dialect.hasState(failure, Set.of("42S01", "42S11")) || message.contains("object already exists");
    }

    @Override
    public String series(int count) {
        return "(select x as n from system_range(0, " + (count - 1) + ")) series";
    }

    @Override
    public int controlStripes() {
        return CONTROL_STRIPES;
    }

    @Override
    public @Nullable ControlRow holdShared(Statements statements, Place place) throws SQLException {
        int first = place.nextStripe(CONTROL_STRIPES);
        for (int tried = 0; tried < SHARED_TRIES; tried++) {
            ControlRow row = ControlTable.row(statements, place, (first + tried) % CONTROL_STRIPES, FOR_UPDATE);
            if (row != null) {
                return row;
            }
        }
        if (ControlTable.row(statements, place, first, "") == null) {
            return null;
        }
        throw new SQLTransientException("The control row of " + place + " is being changed, or held by too many", BUSY);
    }

    @Override
    public void requireFresh(Statements statements, Place place, ControlRow held) {
        // A row that was changed after the transaction's snapshot cannot be locked.
    }

    /**
     * Takes what is free and comes back for the rest: waiting for one stripe after the other adds up all their holders. All of
     * it is asked for at once, since a question for each stripe takes longer over a network than the patience.
     */
    @Override
    public void holdExclusively(Statements statements, Place place, Duration patience) throws SQLException {
        Pace.Deadline deadline = place.pace().in(patience);
        while (!take(statements, place)) {
            if (deadline.isOver()) {
                throw new SQLTransientException("Others hold the control row of " + place, BUSY);
            }
            rest(place);
        }
    }

    /** The first stripe before any other, so that two changes do not each keep a part of them. */
    private static boolean take(Statements statements, Place place) throws SQLException {
        return ControlTable.row(statements, place, 0, FOR_UPDATE) != null
                && statements
                                .list(
                                        "select stripe from " + LibraryTables.CONTROL + ControlTable.MINE + FOR_UPDATE,
                                        row -> row.getInt(1),
                                        place.migration(),
                                        place.side().name())
                                .size()
                        == CONTROL_STRIPES;
    }

    private static void rest(Place place) throws SQLException {
        try {
            place.pace().pause(REST);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SQLTransientException("Interrupted while waiting for the control row of " + place, BUSY);
        }
    }

    @Override
    public Undo begin(Connection connection, Isolation isolation, Limits limits) throws SQLException {
        int wanted = isolation == Isolation.SNAPSHOT ? TRANSACTION_SNAPSHOT : Connection.TRANSACTION_READ_COMMITTED;
        int before = isolation(connection);
        if (before != wanted) {
            connection.setTransactionIsolation(wanted);
        }
        // A time-out set on one statement is the whole session's here, so it is set and taken back once.
        int secondsBefore = limitAll(connection, limits.statementSeconds());
        return () -> {
            limitAll(connection, secondsBefore);
            if (before != wanted) {
                connection.setTransactionIsolation(before);
            }
        };
    }

    /**
     * Over the network H2 2.4 answers this from a list of all its sessions, and fails when one of them ends at that moment; then
     * it is asked again.
     */
    private static int isolation(Connection connection) throws SQLException {
        for (int more = ASKED_AGAIN; ; more--) {
            try {
                return connection.getTransactionIsolation();
            } catch (SQLException failure) {
                if (more == 0 || failure.getErrorCode() != GENERAL_ERROR) {
                    throw failure;
                }
            }
        }
    }

    private static int limitAll(Connection connection, int seconds) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            int before = statement.getQueryTimeout();
            statement.setQueryTimeout(seconds);
            return before;
        }
    }

    @Override
    public void limit(Statement statement, int seconds) {
        // Bounded since begin().
    }

    @Override
    public String now() {
        return "current_timestamp";
    }

    @Override
    public String afterMicros() {
        return "dateadd('MICROSECOND', cast(? as bigint), current_timestamp)";
    }

    @Override
    public String micros(String from, String to) {
        return "datediff('MICROSECOND', " + from + ", " + to + ")";
    }

    /**
     * H2 compares text by UTF-16 units, in which characters beyond the basic plane come too early, and an enumeration's words by
     * their places.
     */
    @Override
    public String ordered(Column column) {
        if (column.isWords()) {
            return "stringtoutf8(cast(" + column.quoted() + " as varchar))";
        }
        return column.isText() ? "stringtoutf8(" + column.quoted() + ")" : column.quoted();
    }

    @Override
    public String orderedValue(Column column) {
        return column.isText() || column.isWords() ? "stringtoutf8(cast(? as varchar))" : "?";
    }

    @Override
    public String marker(Column column) {
        return column.kind() == Kind.JSON ? "? format json" : "?";
    }

    @Override
    public String numberedByHand() {
        return " overriding system value";
    }

    @Override
    public String selection(TableShape shape) {
        return "*";
    }

    @Override
    public Map<String, String> collations(Connection connection, String schema, String table) {
        return Map.of();
    }

    @Override
    public Kind kind(int jdbcType, String typeName, int size) {
        return Kind.of(jdbcType, typeName);
    }

    @Override
    public String estimatedRows() {
        return "select row_count_estimate from information_schema.tables where table_schema = ? and table_name = ?";
    }

    /** The address without its settings, and the path: two ways to write one address are not told apart. */
    @Override
    public String identity(Connection connection) throws SQLException {
        String url = connection.getMetaData().getURL();
        int settings = url.indexOf(';');
        return settings < 0 ? url : url.substring(0, settings);
    }

    /**
     * The file's path, or the name of a database in memory, since an embedded engine has no server to speak of; and the
     * current schema, in which the library's tables are.
     */
    @Override
    public Server server(Statements statements) throws SQLException {
        String where = statements.first(
                "select coalesce(database_path(), 'mem:' || database()) || '/' || schema()", row -> row.getString(1));
        String identity = "h2/" + where;
        return new Server(identity, null, !identity.startsWith("h2/mem:"));
    }

    /** H2 does not say who holds a row; whoever has uncommitted changes or locked rows counts as having some. */
    @Override
    public List<Holder> holders(Statements statements, Place place) throws SQLException {
        return statements.list(
                "select session_id, coalesce(client_info, ''), user_name, session_state,"
                        + " datediff('MILLISECOND', coalesce(sleep_since, executing_statement_start), current_timestamp)"
                        + " from information_schema.sessions where contains_uncommitted and session_id <> session_id()"
                        + " order by coalesce(sleep_since, executing_statement_start) limit 100",
                row -> {
                    long age = row.getLong(5);
                    boolean aged = !row.wasNull();
                    String user = row.getString(3);
                    return new Holder(
                            "session " + row.getString(1),
                            user == null || user.isEmpty() ? "" : "user " + user,
                            String.valueOf(row.getString(4)).toLowerCase(Locale.ROOT),
                            aged ? Duration.ofMillis(Math.max(0, age)) : null);
                });
    }

    @Override
    public List<String> durabilityWarnings(Connection connection) throws SQLException {
        Statements statements = new Statements(connection, this, 0);
        String delay = statements.first(
                "select setting_value from information_schema.settings where setting_name = 'WRITE_DELAY'",
                row -> row.getString(1));
        // In memory there is no such path, and nothing that a killed process could keep.
        String path = statements.first("select coalesce(database_path(), '')", row -> row.getString(1));
        List<String> warnings = new ArrayList<>();
        if (path != null && !path.isEmpty() && !"0".equals(delay)) {
            warnings.add("its H2 file is written up to " + delay
                    + " ms late, so a killed process loses acknowledged commits; add ;WRITE_DELAY=0 to its address");
        }
        return warnings;
    }

    @Override
    public void problems(Connection connection, List<String> reasons) {
        // No setting of this engine's is in the way.
    }

    @Override
    public void problems(Statements statements, TableShape shape, List<String> reasons) throws SQLException {
        List<String> hidden = statements.list(
                "select column_name from information_schema.columns where table_schema = ? and table_name = ?"
                        + " and not is_visible order by column_name",
                row -> row.getString(1),
                shape.schema(),
                shape.table());
        if (!hidden.isEmpty()) {
            reasons.add("has the invisible columns " + hidden
                    + ", of which H2's driver tells nobody; make them visible, or they are not brought over");
        }
    }

    @Override
    public @Nullable GeneratorState generatorState(Statements statements, Generator generator) throws SQLException {
        Statements.Reader<GeneratorState> state =
                row -> new GeneratorState(row.getLong(1), row.getLong(2), row.getLong(3));
        if (generator instanceof Generator.Identity identity) {
            return statements.first(
                    "select identity_base, identity_increment, identity_cache from information_schema.columns"
                            + " where table_schema = ? and table_name = ? and column_name = ? and is_identity = 'YES'",
                    state,
                    identity.table().schema(),
                    identity.table().table(),
                    identity.column().spelled());
        }
        return statements.first(
                "select base_value, increment, cache from information_schema.sequences where " + SEQUENCE + " = ?",
                state,
                sequence(statements, generator));
    }

    @Override
    public void restart(Statements statements, Generator generator, long next) throws SQLException {
        if (generator instanceof Generator.Identity identity) {
            statements.execute("alter table " + identity.table().quoted() + " alter column "
                    + identity.column().quoted() + " restart with " + next);
            return;
        }
        statements.execute("alter sequence " + sequence(statements, generator) + " restart with " + next);
    }

    @Override
    public @Nullable String sequenceIn(String columnDefault) {
        Matcher sequence = NEXT_VALUE.matcher(columnDefault);
        return sequence.find() ? sequence.group(1) : null;
    }

    /** The sequence's name, quoted and with its schema. */
    private static @Nullable String sequence(Statements statements, Generator generator) throws SQLException {
        if (generator instanceof Generator.Default found) {
            return found.sequence();
        }
        SqlName name = SqlName.parse(generator.name());
        return statements.first(
                "select " + SEQUENCE + " from information_schema.sequences"
                        + " where upper(sequence_name) = upper(?) and upper(sequence_schema) = upper(coalesce(?, schema()))",
                row -> row.getString(1),
                name.name(),
                name.schema());
    }

    @Override
    public boolean isRetryable(SQLException failure) {
        return Dialect.hasState(failure, Set.of("40001", "HYT00", "90131"));
    }

    /** A deadlock's victim is rolled back as a whole. */
    @Override
    public boolean endsTransaction(Statements statements, SQLException failure) {
        return Dialect.hasState(failure, Set.of("40001"));
    }
}
