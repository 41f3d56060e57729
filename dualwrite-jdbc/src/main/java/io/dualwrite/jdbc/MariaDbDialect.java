package io.dualwrite.jdbc;

import io.dualwrite.fence.Holder;
import io.dualwrite.stage.ControlRow;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * MariaDB 10.7 and later, and MySQL 8. The fence is InnoDB's shared lock on the control row, which queues fairly. Library
 * sessions are set up in one statement and put back in another, and leave the isolation alone but for their own next
 * transaction.
 *
 * <p>Three things are unlike elsewhere. A deadlock or a changed snapshot rolls the whole transaction back, fence and all,
 * and the connection goes on as if nothing had happened ({@link #endsTransaction}). A locking read sees the newest row while
 * the plain reads around it may see an older snapshot ({@link #requireFresh}). And equality of text is the column's
 * collation's, seldom that of its bytes ({@link #problems(Statements, TableShape, List)}).
 *
 * @param mysql whether this is MySQL: other names for some settings, and no time limit for statements that write
 */
record MariaDbDialect(boolean mysql) implements Dialect {
    private static final int CHANGED_SINCE_READ = 1020;
    private static final int LOCK_TIMEOUT = 1205;
    private static final int DEADLOCK = 1213;
    private static final int STATEMENT_TIMEOUT = 1969;
    private static final int KILLED_QUERY = 1317;

    /** Rejects what does not fit instead of cutting it, and takes a zero for a zero where rows are numbered. */
    private static final String MODE =
            "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION";

    private static final Pattern NEXT_VALUE = Pattern.compile("nextval\\((`(?:[^`]|``)+`\\.`(?:[^`]|``)+`)\\)");

    /** Bytes or characters. Longer columns are digested by themselves, which costs more for each. */
    private static final int LONGEST_UNDIGESTED = 255;

    private static final Pattern NEXT_NUMBER = Pattern.compile("\\) ENGINE=\\S+ (?:.* )?AUTO_INCREMENT=(\\d+)");

    @Override
    public LibraryTables.Words words() {
        String collation = mysql ? "utf8mb4_0900_bin" : "utf8mb4_nopad_bin";
        return new LibraryTables.Words(
                "(utc_timestamp(6))",
                "datetime(6)",
                "auto_increment",
                " engine = InnoDB character set utf8mb4 collate " + collation,
                true);
    }

    /** Not a lock of the transaction, which every DDL statement commits, but of the session. */
    @Override
    public Undo lockInstallation(Statements statements) throws SQLException {
        String name = "concat('dualwrite/', left(sha1(database()), 40))";
        Integer got = statements.first("select get_lock(" + name + ", 5)", row -> row.getInt(1));
        if (got == null || got != 1) {
            throw new SQLTransientException("Somebody else is installing the dualwrite tables", "40001", LOCK_TIMEOUT);
        }
        return () -> statements.execute("do release_lock(" + name + ")");
    }

    @Override
    public boolean isMadeAlready(SQLException failure) {
        return false;
    }

    @Override
    public String series(int count) {
        return "(with recursive s (n) as (select 0 union all select n + 1 from s where n < " + (count - 1)
                + ") select n from s) series";
    }

    @Override
    public int controlStripes() {
        return 1;
    }

    /**
     * Queues for a second at most, whatever the application has set, since a change's coordinator may stand still; MySQL has
     * no such bound for one statement, and goes by {@code innodb_lock_wait_timeout}.
     */
    @Override
    public @Nullable ControlRow holdShared(Statements statements, Place place) throws SQLException {
        return ControlTable.row(statements, place, 0, " lock in share mode" + (mysql ? "" : " wait 1"));
    }

    /** Where a transaction sees one snapshot, the locked row is newer than what its plain reads see, unless this checks. */
    @Override
    public void requireFresh(Statements statements, Place place, ControlRow held) throws SQLException {
        ControlRow seen = ControlTable.row(statements, place, 0, "");
        if (seen == null || seen.version() != held.version()) {
            throw new SQLTransactionRollbackException(
                    "The transaction began before the control row of " + place + " was changed and sees an older state",
                    "40001",
                    CHANGED_SINCE_READ);
        }
    }

    @Override
    public void holdExclusively(Statements statements, Place place, Duration patience) throws SQLException {
        String bound = "";
        if (mysql) {
            statements.execute("set innodb_lock_wait_timeout = " + Math.max(1, patience.toSeconds()));
        } else {
            bound = "set statement max_statement_time = " + Math.max(1, patience.toMillis()) / 1000.0 + " for ";
        }
        try {
            statements.first(
                    bound + "select stripe from " + LibraryTables.CONTROL + ControlTable.MINE
                            + " and stripe = 0 for update",
                    row -> row.getInt(1),
                    place.migration(),
                    place.side().name());
        } catch (SQLException failure) {
            if (Dialect.hasCode(failure, STATEMENT_TIMEOUT, KILLED_QUERY)) {
                throw new SQLTransientException(
                        "Others hold the control row of " + place, "40001", LOCK_TIMEOUT, failure);
            }
            throw failure;
        }
    }

    /** Looked up one by one: a list is read as all stripes of the migration, and a reader waits for each that it reads. */
    @Override
    public String lockStripes(int count) {
        return "select s.stripe from (select ? as n" + " union all select ?".repeat(count - 1)
                + ") wanted straight_join "
                + LibraryTables.STRIPE
                + " s on s.stripe = wanted.n where s.migration = ? and s.side = ? for update";
    }

    /** In one statement what a session needs and what it came with; the isolation is that of the next transaction only. */
    @Override
    public Undo begin(Connection connection, Isolation isolation, Limits limits) throws SQLException {
        boolean snapshot = isolation == Isolation.SNAPSHOT;
        List<Setting> settings = new ArrayList<>(List.of(
                new Setting("time_zone", "'+00:00'"),
                new Setting("sql_mode", "'" + MODE + "'"),
                new Setting("innodb_lock_wait_timeout", String.valueOf(limits.statementSeconds()))));
        if (mysql) {
            settings.add(new Setting("max_execution_time", String.valueOf(limits.statementSeconds() * 1000L)));
        } else {
            settings.add(new Setting("max_statement_time", String.valueOf(limits.statementSeconds())));
            // A node that is stopped in the middle would keep its fence, and everybody else out, until it goes on.
            settings.add(new Setting(
                    "idle_transaction_timeout", String.valueOf(Math.max(30, 3 * limits.silenceMillis() / 1000))));
        }
        List<String> parts = new ArrayList<>();
        settings.forEach(setting -> parts.add(setting.kept() + " = @@session." + setting.name()));
        settings.forEach(setting -> parts.add("@@session." + setting.name() + " = " + setting.value()));
        String transaction = mysql ? "@@transaction_" : "@@tx_";
        parts.add(transaction + "isolation = " + (snapshot ? "'REPEATABLE-READ'" : "'READ-COMMITTED'"));
        parts.add(transaction + "read_only = 0");
        run(connection, "set " + String.join(", ", parts));
        String back = String.join(
                ", ",
                settings.stream()
                        .map(setting -> "@@session." + setting.name() + " = " + setting.kept())
                        .toList());
        return () -> run(connection, "set " + back);
    }

    /** A session's variable, and what a library session makes of it. */
    private record Setting(String name, String value) {
        /** The user variable that has what it was before. */
        String kept() {
            return "@dualwrite_" + name;
        }
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void limit(Statement statement, int seconds) throws SQLException {
        // MariaDB's statements have been bounded since begin(); MySQL bounds only those that read.
        if (mysql) {
            statement.setQueryTimeout(seconds);
        }
    }

    /** The same in every session, whatever its zone, and as of the statement's begin. */
    @Override
    public String now() {
        return "utc_timestamp(6)";
    }

    @Override
    public String afterMicros() {
        return "utc_timestamp(6) + interval ? microsecond";
    }

    @Override
    public String micros(String from, String to) {
        return "timestampdiff(microsecond, " + from + ", " + to + ")";
    }

    /**
     * Text under a binary collation is in the order of its bytes already, and an index serves it. The engine's own UUID
     * orders some versions by their time, and an enumeration its words by their places.
     */
    @Override
    public String ordered(Column column) {
        if (column.kind() == Kind.UUID) {
            return "cast(cast(" + column.quoted() + " as char(36)) as binary)";
        }
        return column.isText() && (column.isWords() || !isBytewise(column))
                ? "cast(convert(" + column.quoted() + " using utf8mb4) as binary)"
                : column.quoted();
    }

    /** It would read the index from its beginning to the key, for each page again. */
    @Override
    public boolean seeksByLists() {
        return false;
    }

    @Override
    public String orderedValue(Column column) {
        return ordered(column).equals(column.quoted()) ? "?" : "cast(? as binary)";
    }

    /** Whether the column's collation tells texts apart, and orders them, as their UTF-8 bytes. */
    private static boolean isBytewise(Column column) {
        String collation = String.valueOf(column.collation());
        return Set.of("utf8mb4_nopad_bin", "utf8mb4_0900_bin", "utf8mb3_nopad_bin", "ascii_nopad_bin")
                .contains(collation);
    }

    @Override
    public String marker(Column column) {
        return "?";
    }

    @Override
    public String numberedByHand() {
        return "";
    }

    @Override
    public @Nullable String exactText(Column column) {
        if (mysql) {
            return null;
        }
        String quoted = column.quoted();
        return switch (column.kind()) {
            case INTEGER, LONG, DECIMAL, FLAG, UUID, DATE, TIME, TIMESTAMP, TIMESTAMP_IN_UTC, DOUBLE ->
                "cast(" + quoted + " as char)";
            case BOOLEAN, BYTES -> "hex(" + quoted + ")";
            // Its own text has six digits.
            case FLOAT -> "cast(cast(" + quoted + " as double) as char)";
            case TEXT, CHAR -> "convert(" + quoted + " using utf8mb4)";
            default -> null;
        };
    }

    /** Of what is longer than {@code max_allowed_packet}, CONCAT makes nothing, with a warning that nobody sees. */
    @Override
    public @Nullable String digest(Column column) {
        if (column.size() <= LONGEST_UNDIGESTED) {
            return null;
        }
        return switch (column.kind()) {
            case BYTES -> "sha2(" + column.quoted() + ", 256)";
            case TEXT, CHAR -> "sha2(convert(" + column.quoted() + " using utf8mb4), 256)";
            default -> null;
        };
    }

    @Override
    public String sha256(String text) {
        return "sha2(convert(" + text + " using utf8mb4), 256)";
    }

    @Override
    public String number(String hexDigits) {
        return "cast(conv(" + hexDigits + ", 16, 10) as unsigned)";
    }

    /**
     * The text protocol shows six digits of a FLOAT; as a DOUBLE it shows all of them, which follows under the same name. The
     * columns are not listed: one that was added since the table was looked up would be left out.
     */
    @Override
    public String selection(TableShape shape) {
        return Dialect.everything(
                shape,
                column -> column.kind() == Kind.FLOAT
                        ? "cast(" + column.quoted() + " as double) as " + column.quoted()
                        : null);
    }

    @Override
    public boolean isNumberedAlways(Connection connection, String schema, String table, String column) {
        return false;
    }

    @Override
    public Set<String> hidden(Connection connection, String schema, String table) throws SQLException {
        return Set.copyOf(new Statements(connection, this, 0)
                .list(
                        "select column_name from information_schema.columns where table_schema = ? and table_name = ?"
                                + " and extra like '%INVISIBLE%'",
                        row -> row.getString(1), schema, table));
    }

    @Override
    public boolean readsExactly(Kind kind) {
        return kind != Kind.FLOAT;
    }

    @Override
    public Map<String, String> collations(Connection connection, String schema, String table) throws SQLException {
        Map<String, String> collations = new HashMap<>();
        new Statements(connection, this, 0)
                .list(
                        "select column_name, collation_name from information_schema.columns where table_schema = ?"
                                + " and table_name = ? and collation_name is not null",
                        row -> collations.put(row.getString(1), row.getString(2)),
                        schema,
                        table);
        return collations;
    }

    @Override
    public Kind kind(int jdbcType, String typeName, int size) {
        String name = typeName.toLowerCase(Locale.ROOT);
        return switch (name) {
            case "timestamp" -> Kind.TIMESTAMP_IN_UTC;
            case "boolean" -> Kind.FLAG;
            case "bigint unsigned" -> Kind.DECIMAL;
            case "int unsigned", "integer unsigned" -> Kind.LONG;
            case "year" -> Kind.INTEGER;
            case "bit" -> size == 1 ? Kind.BOOLEAN : Kind.BYTES;
            case "enum", "set", "tinytext", "mediumtext", "longtext" -> Kind.TEXT;
            case "geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon" ->
                Kind.UNSUPPORTED;
            default -> Kind.of(jdbcType, typeName);
        };
    }

    @Override
    public String estimatedRows() {
        return "select table_rows from information_schema.tables where table_schema = ? and table_name = ?";
    }

    @Override
    public String identity(Connection connection) throws SQLException {
        return new Statements(connection, this, 0)
                .list(
                        "select concat_ws('/', @@hostname, @@port, @@datadir, database())",
                        row -> String.valueOf(row.getString(1)))
                .get(0);
    }

    /** The server's own identifier where it has one, which comes of its address, port and hardware; otherwise those. */
    @Override
    public Server server(Statements statements) throws SQLException {
        Map<String, String> variables = new HashMap<>();
        statements.list(
                "show global variables where variable_name in"
                        + " ('server_uid', 'server_uuid', 'hostname', 'port', 'read_only', 'super_read_only')",
                row -> variables.put(row.getString(1).toLowerCase(Locale.ROOT), row.getString(2)));
        String database = statements.first("select database()", row -> row.getString(1));
        String uid = variables.getOrDefault("server_uid", variables.get("server_uuid"));
        String server = uid == null || uid.isBlank() ? variables.get("hostname") + ":" + variables.get("port") : uid;
        boolean readOnly = !"OFF".equals(variables.getOrDefault("read_only", "OFF"))
                || "ON".equals(variables.get("super_read_only"));
        return new Server(
                (mysql ? "mysql/" : "mariadb/") + server + "/" + database, readOnly ? "is read-only" : null, true);
    }

    /** Everybody with an open transaction that holds locks; whose lock it is says InnoDB only while somebody waits. */
    @Override
    public List<Holder> holders(Statements statements, Place place) throws SQLException {
        return statements.list(
                "select t.trx_mysql_thread_id, coalesce(p.user, ''), coalesce(p.command, ''),"
                        + " timestampdiff(microsecond, t.trx_started, convert_tz(utc_timestamp(6), '+00:00', 'SYSTEM')) div 1000"
                        + " from information_schema.innodb_trx t left join information_schema.processlist p"
                        + " on p.id = t.trx_mysql_thread_id where t.trx_lock_structs > 0"
                        + " and t.trx_mysql_thread_id <> connection_id() order by t.trx_started limit 100",
                row -> {
                    long age = row.getLong(4);
                    boolean aged = !row.wasNull();
                    String user = row.getString(2);
                    return new Holder(
                            "session " + row.getString(1),
                            user.isEmpty() ? "" : "user " + user,
                            row.getString(3).toLowerCase(Locale.ROOT),
                            aged ? Duration.ofMillis(Math.max(0, age)) : null);
                });
    }

    @Override
    public List<String> durabilityWarnings(Connection connection) throws SQLException {
        Statements statements = new Statements(connection, this, 0);
        List<String> warnings = new ArrayList<>();
        String flush = statements.first("select @@innodb_flush_log_at_trx_commit", row -> row.getString(1));
        if (!"1".equals(flush)) {
            warnings.add("it runs with innodb_flush_log_at_trx_commit = " + flush
                    + ", so a crash loses acknowledged commits; set it to 1");
        }
        return warnings;
    }

    /** Statement-based logging takes no changes at READ COMMITTED, so no session of the library's could write. */
    @Override
    public void problems(Connection connection, List<String> reasons) throws SQLException {
        String format = new Statements(connection, this, 0)
                .first("select if(@@log_bin, @@binlog_format, 'none')", row -> row.getString(1));
        if ("STATEMENT".equals(format)) {
            reasons.add("runs with binlog_format = STATEMENT, which refuses changes at READ COMMITTED;"
                    + " set it to MIXED or ROW");
        }
    }

    @Override
    public void problems(Statements statements, TableShape shape, List<String> reasons) throws SQLException {
        String engine = statements.first(
                "select engine from information_schema.tables where table_schema = ? and table_name = ?",
                row -> String.valueOf(row.getString(1)),
                shape.schema(),
                shape.table());
        if (!"InnoDB".equalsIgnoreCase(engine)) {
            reasons.add("has the engine " + engine + ", which has no transactions; make it InnoDB");
        }
        for (String name : shape.primaryKey()) {
            Column column = shape.column(name);
            // A UUID's own text is checked when it is read; there is but one spelling, without blanks.
            if (column.isText() && !isBytewise(column)) {
                reasons.add("has the key column " + column.name() + " with the collation " + column.collation()
                        + ", which takes different texts for the same key; make it "
                        + (mysql ? "utf8mb4_0900_bin" : "utf8mb4_nopad_bin"));
            }
        }
    }

    @Override
    public @Nullable GeneratorState generatorState(Statements statements, Generator generator) throws SQLException {
        if (generator instanceof Generator.Identity identity) {
            String definition = statements.first(
                    "show create table " + identity.table().quoted(), row -> String.valueOf(row.getString(2)));
            if (definition == null || !identity.column().identity()) {
                return null;
            }
            // Said only once it is beyond the first.
            Matcher next = NEXT_NUMBER.matcher(definition);
            return new GeneratorState(next.find() ? Long.parseLong(next.group(1)) : 1, 1, 1);
        }
        String sequence = sequence(statements, generator);
        return sequence == null
                ? null
                : statements.first(
                        "select next_not_cached_value, increment, cache_size from " + sequence,
                        row -> new GeneratorState(row.getLong(1), step(row.getLong(2)), row.getLong(3)));
    }

    /** Of an increment of 0 the server's own is meant, which is 1 as a rule. */
    private static long step(long increment) {
        return increment == 0 ? 1 : increment;
    }

    @Override
    public void restart(Statements statements, Generator generator, long next) throws SQLException {
        if (generator instanceof Generator.Identity identity) {
            statements.execute("alter table " + identity.table().quoted() + " auto_increment = " + next);
        } else {
            statements.execute("select setval(" + sequence(statements, generator) + ", " + next + ", 0)");
        }
    }

    @Override
    public @Nullable String sequenceIn(String columnDefault) {
        Matcher sequence = NEXT_VALUE.matcher(columnDefault);
        return sequence.find() ? sequence.group(1) : null;
    }

    @Override
    public boolean numbersBeyondRows() {
        return true;
    }

    /** The sequence's name, quoted and with its database. */
    private static @Nullable String sequence(Statements statements, Generator generator) throws SQLException {
        if (generator instanceof Generator.Default found) {
            return found.sequence();
        }
        SqlName name = SqlName.parse(generator.name());
        return statements.first(
                "select table_schema, table_name from information_schema.tables where table_type = 'SEQUENCE'"
                        + " and lower(table_name) = lower(?) and table_schema = coalesce(?, database())",
                row -> SqlName.quote(row.getString(1), "`") + "." + SqlName.quote(row.getString(2), "`"),
                name.name(),
                name.schema());
    }

    @Override
    public boolean isRetryable(SQLException failure) {
        return Dialect.hasState(failure, Set.of("40001"))
                || Dialect.hasCode(failure, CHANGED_SINCE_READ, LOCK_TIMEOUT, DEADLOCK);
    }

    @Override
    public boolean endsTransaction(Statements statements, SQLException failure) throws SQLException {
        if (Dialect.hasCode(failure, LOCK_TIMEOUT)) {
            return Integer.valueOf(1)
                    .equals(statements.first("select @@innodb_rollback_on_timeout", row -> row.getInt(1)));
        }
        return Dialect.hasCode(failure, CHANGED_SINCE_READ, DEADLOCK);
    }
}
