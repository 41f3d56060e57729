package io.dualwrite.crash;

import io.dualwrite.stage.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** H2 as a server of its own process, over files that are written at each commit. */
final class H2Server extends Server {
    private final Path directory;
    private final int port;
    private @Nullable Process process;
    private boolean died;

    H2Server(Path directory, int port) {
        this.directory = directory;
        this.port = port;
    }

    @Override
    void start() throws IOException {
        Files.createDirectories(directory);
        Process started = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        "org.h2.tools.Server",
                        "-tcp",
                        "-tcpPort",
                        Integer.toString(port),
                        "-ifNotExists",
                        "-baseDir",
                        directory.toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log").toFile()))
                .start();
        process = started;
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (true) {
            try (Connection connection =
                    DriverManager.getConnection("jdbc:h2:tcp://127.0.0.1:" + port + "/mem:alive", "checker", "")) {
                connection.getMetaData().getDatabaseProductVersion();
                return;
            } catch (SQLException notYet) {
                if (System.nanoTime() > until || !started.isAlive()) {
                    throw new IOException("H2 does not answer; see its log in " + directory, notYet);
                }
                LockSupport.parkNanos(20_000_000);
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

    /** H2 has no such way but this one. */
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
        return "jdbc:h2:tcp://127.0.0.1:" + by + "/./" + schema
                + ";WRITE_DELAY=0;DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=5000;USER=" + client;
    }

    @Override
    void welcome(String schema, String client) throws SQLException {
        run(schema, "create user if not exists " + client + " password '' admin");
    }

    @Override
    void create(String schema, Side side) throws SQLException {
        run(
                schema,
                "create table " + Item.table(side) + " (" + Item.key(side) + " bigint primary key, " + Item.value(side)
                        + " varchar(60) not null, pad varchar(100))",
                "create table footprint (n bigint generated always as identity primary key, item bigint not null,"
                        + " was varchar(60), now varchar(60), role varchar(20) not null, handover bigint not null)");
    }

    @Override
    void watch(String schema, Side side) throws SQLException {
        for (String event : List.of("insert", "update", "delete")) {
            run(
                    schema,
                    "create trigger note_item_" + event + " after " + event + " on " + Item.table(side)
                            + " for each row call '" + NoteItem.class.getName() + "'");
        }
    }

    @Override
    List<String> sessions(String schema) throws SQLException {
        return query(
                schema,
                "select session_id, user_name, executing_statement, session_state, blocker_id from"
                        + " information_schema.sessions",
                Server::values);
    }

    @Override
    boolean isBusy(String schema, String client) throws SQLException {
        return !query(
                        schema,
                        "select session_id from information_schema.sessions where user_name = upper('" + client
                                + "') and (contains_uncommitted or executing_statement is not null)",
                        Server::values)
                .isEmpty();
    }

    @Override
    void dismiss(String schema, String client) throws SQLException {
        query(
                schema,
                "select abort_session(session_id) from information_schema.sessions where user_name = upper('" + client
                        + "')",
                row -> row.getBoolean(1));
    }

    @Override
    public void close() {
        kill();
    }
}
