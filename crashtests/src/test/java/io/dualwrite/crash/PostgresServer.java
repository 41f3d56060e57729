package io.dualwrite.crash;

import io.dualwrite.stage.Side;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A real PostgreSQL. */
final class PostgresServer extends Server {
    private final Path directory;
    private final int port;
    private @Nullable EmbeddedPostgres postgres;

    PostgresServer(Path directory, int port) {
        this.directory = directory;
        this.port = port;
    }

    @Override
    void start() throws IOException {
        postgres = EmbeddedPostgres.builder()
                .setDataDirectory(directory)
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setPort(port)
                .setPGStartupWait(Duration.ofSeconds(60))
                .setServerConfig("max_connections", "300")
                // Off by default in this builder, for speed: then a killed server forgets what it had acknowledged.
                .setServerConfig("synchronous_commit", "on")
                .start();
    }

    @Override
    void kill() throws IOException {
        ProcessHandle postmaster = postmaster();
        List<ProcessHandle> backends = postmaster.descendants().toList();
        Signals.kill(postmaster);
        // They would end by themselves, but hold the shared memory until they do.
        backends.forEach(Signals::kill);
        forget();
    }

    @Override
    void stopImmediately() throws IOException {
        ProcessHandle postmaster = postmaster();
        Signals.send("QUIT", postmaster);
        Signals.awaitEnd(postmaster);
        forget();
    }

    private ProcessHandle postmaster() throws IOException {
        long pid = Long.parseLong(
                Files.readAllLines(directory.resolve("postmaster.pid")).get(0).strip());
        return ProcessHandle.of(pid).orElseThrow(() -> new IllegalStateException("PostgreSQL is not running"));
    }

    /** Lets go of the directory; finds nothing to stop any more. */
    private void forget() throws IOException {
        EmbeddedPostgres ended = postgres;
        postgres = null;
        if (ended != null) {
            ended.close();
        }
    }

    @Override
    int port() {
        return port;
    }

    @Override
    String url(int by, String schema, String client) {
        return "jdbc:postgresql://127.0.0.1:" + by + "/postgres?user=postgres&sslmode=disable&gssEncMode=disable"
                + "&connectTimeout=3&socketTimeout=8&reWriteBatchedInserts=true&ApplicationName=" + client
                + "&currentSchema=" + schema;
    }

    @Override
    void create(String schema, Side side) throws SQLException {
        run("public", "create schema " + schema);
        String table = Item.table(side);
        run(
                schema,
                "create table " + table + " (" + Item.key(side) + " bigint primary key, " + Item.value(side)
                        + " varchar(60) not null, pad varchar(100))",
                "create table footprint (n bigint generated always as identity primary key, item bigint not null,"
                        + " was varchar(60), now varchar(60), role varchar(20) not null, handover bigint not null)");
    }

    @Override
    void watch(String schema, Side side) throws SQLException {
        String key = Item.key(side);
        String value = Item.value(side);
        run(
                schema,
                """
                create function note_item() returns trigger language plpgsql as $$
                declare
                  says dualwrite_control%%rowtype;
                  old_value varchar := null;
                  new_value varchar := null;
                  item_key bigint;
                begin
                  select * into says from dualwrite_control where side = '%s' and stripe = 0;
                  if tg_op <> 'INSERT' then
                    old_value := old.%s;
                    item_key := old.%s;
                  end if;
                  if tg_op <> 'DELETE' then
                    new_value := new.%s;
                    item_key := new.%s;
                  end if;
                  insert into footprint (item, was, now, role, handover)
                    values (item_key, old_value, new_value, says.role, says.handover);
                  return null;
                end $$""".formatted(side, value, key, value, key),
                "create trigger note_item after insert or update or delete on " + Item.table(side)
                        + " for each row execute function note_item()");
    }

    @Override
    List<String> sessions(String schema) throws SQLException {
        return query(
                "public",
                "select pid, application_name, state, wait_event, xact_start, query from pg_stat_activity where datname is not null",
                Server::values);
    }

    @Override
    boolean isBusy(String schema, String client) throws SQLException {
        return !query(
                        "public",
                        "select pid from pg_stat_activity where application_name = '" + client
                                + "' and state <> 'idle'",
                        Server::values)
                .isEmpty();
    }

    @Override
    void readOnly(boolean from) throws SQLException {
        run(
                "public",
                "set default_transaction_read_only = off",
                "alter database postgres set default_transaction_read_only = " + (from ? "on" : "off"));
    }

    @Override
    void dismiss(String schema, String client) throws SQLException {
        query(
                "public",
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = '" + client + "'",
                row -> row.getBoolean(1));
    }

    @Override
    public void close() throws IOException {
        forget();
    }
}
