package io.dualwrite.jdbc;

import io.dualwrite.fence.Holder;
import io.dualwrite.stage.ControlRow;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL 12 and later. The fence is an advisory lock, which queues fairly; a row lock in share mode would be as safe
 * and would starve a change for as long as writers keep coming.
 */
record PostgresDialect() implements Dialect {
    /**
     * The control table itself is part of the lock's identity, so that whoever sees this very table, by whatever search
     * path, takes this very lock.
     */
    private static final String LOCK_KEY = "(cast(cast('" + LibraryTables.CONTROL + "' as regclass) as oid)::int, ?)";

    /** What the argument is cast to says when the name is looked up, and not where. */
    private static final Pattern NEXT_VALUE = Pattern.compile("nextval\\(\\(*'((?:[^']|'')+)'");

    @Override
    public LibraryTables.Words words() {
        return LibraryTables.Words.standard("clock_timestamp()");
    }

    @Override
    public Undo lockInstallation(Statements statements) throws SQLException {
        statements.execute("select pg_advisory_xact_lock(hashtext('dualwrite'), hashtext(current_schema()))");
        return () -> {};
    }

    @Override
    public boolean tellsAdded() {
        return true;
    }

    @Override
    public boolean isMadeAlready(SQLException failure) {
        return false;
    }

    @Override
    public String series(int count) {
        return "generate_series(0, " + (count - 1) + ") as series(n)";
    }

    /** In these the order of bytes is that of code points. */
    private static final Set<String> BYTEWISE_ENCODINGS = Set.of("UTF8", "SQL_ASCII", "LATIN1");

    @Override
    public int controlStripes() {
        return 1;
    }

    /**
     * The lock in one statement, the row in the next: a single statement would look with a snapshot from before it got
     * the lock, and a stale writer would slip through. In stricter isolation than READ COMMITTED every statement has the
     * snapshot of the first one, so there the row is locked as well, which fails if it has been changed since.
     *
     * <p>The lock is mostly free. Whoever has to queue for it does so for little longer than a change may, whatever the
     * application has set, since the change's coordinator may stand still; what was set before is set again at once.
     */
    @Override
    public @Nullable ControlRow holdShared(Statements statements, Place place) throws SQLException {
        Boolean free = statements.first(
                "select pg_try_advisory_xact_lock_shared" + LOCK_KEY, row -> row.getBoolean(1), lockKey(place));
        if (!Boolean.TRUE.equals(free)) {
            queue(statements, place);
        }
        Held held = statements.first(
                ControlTable.select(this, ", current_setting('transaction_isolation')"),
                row -> new Held(ControlTable.read(row), isReadCommitted(row)),
                place.migration(),
                place.side().name());
        if (held == null || held.fresh()) {
            return held == null ? null : held.row();
        }
        return ControlTable.row(statements, place, 0, " for share");
    }

    @Override
    public void requireFresh(Statements statements, Place place, ControlRow held) {
        // Seen to by holdShared().
    }

    private static void queue(Statements statements, Place place) throws SQLException {
        long patience = Math.max(1, 2 * place.limits().lock().toMillis());
        statements.execute(
                "select set_config('dualwrite.lock_timeout', current_setting('lock_timeout'), true);"
                        + " select set_config('lock_timeout', ?, true);"
                        + " select pg_advisory_xact_lock_shared" + LOCK_KEY + ";"
                        + " select set_config('lock_timeout', current_setting('dualwrite.lock_timeout'), true)",
                String.valueOf(patience),
                lockKey(place));
    }

    private record Held(ControlRow row, boolean fresh) {}

    private static boolean isReadCommitted(ResultSet row) throws SQLException {
        // PostgreSQL treats "read uncommitted" as READ COMMITTED.
        return row.getString(8).startsWith("read");
    }

    @Override
    public void holdExclusively(Statements statements, Place place, Duration patience) throws SQLException {
        statements.execute("set local lock_timeout = " + Math.max(1, patience.toMillis()));
        statements.execute("select pg_advisory_xact_lock" + LOCK_KEY, lockKey(place));
    }

    /** Two migrations that come to the same number wait for each other now and then, and nothing worse. */
    private static int lockKey(Place place) {
        CRC32 crc = new CRC32();
        crc.update((place.migration() + '/' + place.side()).getBytes(StandardCharsets.UTF_8));
        return (int) crc.getValue();
    }

    /** By statements that end with the transaction: behind a transaction-mode pooler, a session is not ours to set up. */
    @Override
    public Undo begin(Connection connection, Isolation isolation, Limits limits) throws SQLException {
        String level = isolation == Isolation.SNAPSHOT ? "repeatable read" : "read committed";
        // A plan that is kept from when a table was empty reads all of it when it no longer is.
        String reading = isolation == Isolation.READ_COMMITTED ? "" : "; set local plan_cache_mode = force_custom_plan";
        try (Statement statement = connection.createStatement()) {
            // A node that is stopped in the middle would keep its fence, and everybody else out, until it goes on.
            statement.execute("set transaction isolation level " + level + reading
                    + "; set local idle_in_transaction_session_timeout = "
                    + Math.max(30_000, 3 * limits.silenceMillis()));
        }
        return () -> {};
    }

    @Override
    public void limit(Statement statement, int seconds) throws SQLException {
        statement.setQueryTimeout(seconds);
    }

    @Override
    public String now() {
        return "clock_timestamp()";
    }

    @Override
    public String asOf() {
        return "statement_timestamp()";
    }

    @Override
    public String afterMicros() {
        return "clock_timestamp() + cast(? as double precision) * interval '1 microsecond'";
    }

    @Override
    public String micros(String from, String to) {
        return "cast(extract(epoch from " + to + " - " + from + ") * 1000000 as bigint)";
    }

    @Override
    public String ordered(Column column) {
        return column.isText() ? column.quoted() + " collate \"C\"" : column.quoted();
    }

    @Override
    public @Nullable String missingIndex(Statements statements, SideTable table) throws SQLException {
        return BytewiseIndex.missing(statements, table);
    }

    @Override
    public String orderedValue(Column column) {
        return "?";
    }

    @Override
    public String marker(Column column) {
        return "?";
    }

    @Override
    public String numberedByHand() {
        return " overriding system value";
    }

    /**
     * By the primary key's name, not by its columns, which another unique index may have too: whatever else is in the way
     * fails, and takes no other row for this one. Not where the insert that comes first would fire triggers or be rewritten by
     * rules, where rows are in other tables as well, or where policies hide some; nor where keys may be equal that are spelled
     * differently, since one record would be written over another; nor with unique indexes whose values {@link UniqueKeys}
     * does not know, which depend on updates coming before inserts.
     */
    @Override
    public @Nullable String orReplace(Connection connection, String schema, String table) throws SQLException {
        String key = new Statements(connection, this, 0)
                .first(
                        "select p.conname from pg_catalog.pg_constraint p"
                                + " join pg_catalog.pg_class c on c.oid = p.conrelid"
                                + " join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
                                + " where n.nspname = ? and c.relname = ? and p.contype = 'p' and not p.condeferrable"
                                + " and c.relkind = 'r' and not c.relhasrules and not c.relrowsecurity"
                                + " and not exists (select 1 from pg_catalog.pg_inherits h where h.inhparent = c.oid)"
                                + " and not exists (select 1 from pg_catalog.pg_trigger t"
                                + " where t.tgrelid = c.oid and not t.tgisinternal)"
                                + " and not exists (select 1 from pg_catalog.pg_attribute a"
                                + " join pg_catalog.pg_type y on y.oid = a.atttypid"
                                + " join pg_catalog.pg_namespace m on m.oid = y.typnamespace"
                                + " left join pg_catalog.pg_collation l on l.oid = a.attcollation"
                                + " where a.attrelid = c.oid and a.attnum = any (p.conkey) and not (m.nspname = 'pg_catalog'"
                                + " and y.typname in ('int2', 'int4', 'int8', 'uuid', 'date', 'text', 'varchar')"
                                + " and coalesce(l.collisdeterministic, true)))"
                                + " and not exists (select 1 from pg_catalog.pg_index i where i.indrelid = c.oid"
                                + " and not i.indisprimary and (i.indisunique or i.indisexclusion)"
                                + " and (i.indisexclusion or i.indexprs is not null or i.indpred is not null"
                                // Releases before 15 do not know of it.
                                + " or coalesce(to_jsonb(i) ->> 'indnullsnotdistinct', 'false') = 'true'))",
                        row -> row.getString(1),
                        schema,
                        table);
        return key == null ? null : " on conflict on constraint " + SqlName.quote(key, "\"") + " do ";
    }

    @Override
    public String orLeave() {
        return " on conflict do nothing";
    }

    @Override
    public @Nullable String exactText(Column column) {
        String quoted = column.quoted();
        return switch (column.typeName()) {
            case "int2",
                    "int4",
                    "int8",
                    "bigserial",
                    "serial",
                    "smallserial",
                    "bool",
                    "numeric",
                    "uuid",
                    "date",
                    "text",
                    "varchar",
                    "bpchar",
                    "time",
                    "timetz",
                    "timestamp",
                    "jsonb" -> "cast(" + quoted + " as text)";
            // Texts of these depend on settings.
            case "timestamptz" -> "cast(" + quoted + " at time zone 'UTC' as text)";
            case "float4" -> "encode(float4send(" + quoted + "), 'hex')";
            case "float8" -> "encode(float8send(" + quoted + "), 'hex')";
            case "bytea" -> "encode(" + quoted + ", 'hex')";
            default -> null;
        };
    }

    @Override
    public String sha256(String text) {
        return "encode(sha256(convert_to(" + text + ", 'UTF8')), 'hex')";
    }

    @Override
    public String number(String hexDigits) {
        return "cast(cast(cast('x0' || " + hexDigits + " as bit(64)) as bigint) as numeric)";
    }

    @Override
    public boolean deletesByList() {
        return true;
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

    /** Before the first {@code analyze} there is none, which releases tell as -1 or as no rows on no pages. */
    @Override
    public String estimatedRows() {
        return "select case when c.reltuples < 0 or (c.reltuples = 0 and c.relpages = 0) then null"
                + " else cast(c.reltuples as bigint) end"
                + " from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
                + " where n.nspname = ? and c.relname = ?";
    }

    /** Needs no privilege. Two servers that were started in the same microsecond are told apart by their ports. */
    @Override
    public String identity(Connection connection) throws SQLException {
        return new Statements(connection, this, 0)
                .list(
                        "select pg_postmaster_start_time() || '/' || current_setting('port') || '/' || current_database()",
                        row -> row.getString(1))
                .get(0);
    }

    /**
     * The cluster's identifier, which a replica and a restored backup share; the timeline, which each promotion counts up;
     * the database's name within the cluster, and which table there is found to be the library's: connections that find
     * another one, in another schema, hold another fence.
     */
    @Override
    public void commitDurably(Statements statements) throws SQLException {
        statements.execute("set local synchronous_commit = on");
    }

    @Override
    public Server server(Statements statements) throws SQLException {
        Readable readable = readable(statements);
        String cluster = readable.cluster()
                ? statements.first("select system_identifier from pg_control_system()", row -> row.getString(1))
                : "?";
        String timeline = readable.timeline()
                ? statements.first(
                        "select substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)", row -> row.getString(1))
                : "?";
        return new Server(
                "postgres/" + cluster + "/" + timeline + "/" + readable.database(),
                readable.recovering() ? "is in recovery, a replica" : null,
                readable.early());
    }

    /** What this user may read, asked for first: a failed statement would end the transaction. */
    private record Readable(boolean recovering, boolean cluster, boolean timeline, String database, boolean early) {}

    private static Readable readable(Statements statements) throws SQLException {
        Readable readable = statements.first(
                "select pg_is_in_recovery(), "
                        + mayCall("pg_control_system()") + ", "
                        + mayCall("pg_walfile_name(pg_lsn)") + " and " + mayCall("pg_current_wal_lsn()")
                        + ", current_database() || coalesce('/' || cast(cast(to_regclass('" + LibraryTables.CONTROL
                        + "') as oid) as text), ''), current_setting('synchronous_commit') = 'off'",
                row -> new Readable(
                        row.getBoolean(1),
                        row.getBoolean(2),
                        row.getBoolean(3) && !row.getBoolean(1),
                        row.getString(4),
                        row.getBoolean(5)));
        return readable == null ? new Readable(false, false, false, "?", true) : readable;
    }

    private static String mayCall(String function) {
        return "coalesce(has_function_privilege(to_regprocedure('pg_catalog." + function + "'), 'execute'), false)";
    }

    @Override
    public List<Holder> holders(Statements statements, Place place) throws SQLException {
        return statements.list(
                "select coalesce(l.pid::text, 'of a prepared transaction'), coalesce(a.application_name, ''),"
                        + " coalesce(a.usename::text, ''), coalesce(a.state, ''),"
                        + " cast(extract(epoch from clock_timestamp() - a.xact_start) * 1000 as bigint)"
                        + " from pg_locks l left join pg_stat_activity a on a.pid = l.pid"
                        + " where l.locktype = 'advisory' and l.granted and l.objsubid = 2"
                        + " and l.database = (select oid from pg_database where datname = current_database())"
                        + " and l.classid = cast(cast('" + LibraryTables.CONTROL + "' as regclass) as oid)"
                        + " and cast(l.objid as bigint) = ? and l.pid is distinct from pg_backend_pid()"
                        + " order by a.xact_start nulls last limit 100",
                row -> {
                    long age = row.getLong(5);
                    boolean aged = !row.wasNull();
                    String application = row.getString(2);
                    String user = row.getString(3);
                    return new Holder(
                            "session " + row.getString(1),
                            application
                                    + (application.isEmpty() || user.isEmpty() ? "" : ", ")
                                    + (user.isEmpty() ? "" : "user " + user),
                            row.getString(4),
                            aged ? Duration.ofMillis(Math.max(0, age)) : null);
                },
                Integer.toUnsignedLong(lockKey(place)));
    }

    @Override
    public List<String> durabilityWarnings(Connection connection) throws SQLException {
        Statements statements = new Statements(connection, this, 0);
        List<String> warnings = new ArrayList<>();
        if ("off".equals(statements.first("show fsync", row -> row.getString(1)))) {
            warnings.add("it runs with fsync = off, so a power failure loses acknowledged commits; switch it on");
        }
        Readable readable = readable(statements);
        if (readable.early()) {
            warnings.add("it runs with synchronous_commit = off, so a crash loses acknowledged commits; switch it on");
        }
        if (!readable.cluster() || (!readable.timeline() && !readable.recovering())) {
            warnings.add("this user may not see which server it is on, so a failover is not noticed; grant execute on"
                    + " pg_control_system(), pg_walfile_name(pg_lsn) and pg_current_wal_lsn()");
        }
        return warnings;
    }

    @Override
    public void problems(Connection connection, List<String> reasons) {
        // No setting of this engine's is in the way.
    }

    @Override
    public void problems(Statements statements, TableShape shape, List<String> reasons) throws SQLException {
        if (Boolean.TRUE.equals(statements.first(
                "select row_security_active(cast(? as regclass))", row -> row.getBoolean(1), shape.quoted()))) {
            reasons.add("has policies that hide rows from this user, who would take them for deleted;"
                    + " use the table's owner or a user with BYPASSRLS");
        }
        if (shape.primaryKey().stream().anyMatch(column -> shape.column(column).isText())) {
            String encoding = statements.first("show server_encoding", row -> row.getString(1));
            if (!BYTEWISE_ENCODINGS.contains(String.valueOf(encoding))) {
                reasons.add("has a text key in a database with the encoding " + encoding
                        + ", which orders texts otherwise than UTF8 does, so that some would be passed over;"
                        + " use a database with the encoding UTF8");
            }
        }
    }

    @Override
    public @Nullable GeneratorState generatorState(Statements statements, Generator generator) throws SQLException {
        String sequence = sequence(statements, generator);
        if (sequence == null) {
            return null;
        }
        // Sessions take their blocks by moving last_value on, so it is beyond all that may have been given out.
        return statements.first(
                "select case when s.is_called then s.last_value + p.seqincrement else s.last_value end,"
                        + " p.seqincrement, p.seqcache from " + sequence
                        + " s, pg_sequence p where p.seqrelid = to_regclass(?)",
                row -> new GeneratorState(row.getLong(1), row.getLong(2), row.getLong(3)),
                sequence);
    }

    @Override
    public void restart(Statements statements, Generator generator, long next) throws SQLException {
        statements.execute(
                "select setval(to_regclass(?), cast(? as bigint), false)", sequence(statements, generator), next);
    }

    @Override
    public boolean mayRestart(Statements statements, Generator generator) throws SQLException {
        return Boolean.TRUE.equals(statements.first(
                "select has_sequence_privilege(to_regclass(?), 'UPDATE')",
                row -> row.getBoolean(1),
                sequence(statements, generator)));
    }

    @Override
    public @Nullable String sequenceIn(String columnDefault) {
        Matcher sequence = NEXT_VALUE.matcher(columnDefault);
        return sequence.find() ? sequence.group(1).replace("''", "'") : null;
    }

    /** The sequence's name, quoted and with its schema. */
    private static @Nullable String sequence(Statements statements, Generator generator) throws SQLException {
        if (generator instanceof Generator.Default found) {
            return statements.first("select cast(to_regclass(?) as text)", row -> row.getString(1), found.sequence());
        }
        if (generator instanceof Generator.Identity identity) {
            return statements.first(
                    "select pg_get_serial_sequence(?, ?)",
                    row -> row.getString(1),
                    identity.table().quoted(),
                    identity.column().spelled());
        }
        SqlName name = SqlName.parse(generator.name());
        return statements.first(
                "select quote_ident(schemaname) || '.' || quote_ident(sequencename) from pg_sequences"
                        + " where lower(sequencename) = lower(?) and lower(schemaname) = lower(coalesce(?, current_schema()))",
                row -> row.getString(1),
                name.name(),
                name.schema());
    }

    @Override
    public boolean isRetryable(SQLException failure) {
        return Dialect.hasState(failure, Set.of("40001", "40P01", "55P03"));
    }

    /** A failed transaction takes no statement any more until it is rolled back. */
    @Override
    public boolean endsTransaction(Statements statements, SQLException failure) {
        return false;
    }
}
