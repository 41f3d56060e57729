package io.dualwrite.examples.orders.server;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A real PostgreSQL on a data directory, from binaries on the class path. */
final class PostgresServer implements TargetServer {
    private final Path directory;
    private final int port;
    private @Nullable EmbeddedPostgres postgres;

    PostgresServer(Path directory, int port) {
        this.directory = directory;
        this.port = port;
    }

    @Override
    public void start() throws IOException {
        killPostmaster();
        postgres = EmbeddedPostgres.builder()
                .setDataDirectory(directory)
                .setCleanDataDirectory(false)
                .setPort(port)
                // Off by default here, for speed: then a killed server forgets what it had acknowledged.
                .setServerConfig("synchronous_commit", "on")
                .start();
    }

    @Override
    public void kill() throws IOException {
        killPostmaster();
        close();
    }

    @Override
    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres&reWriteBatchedInserts=true";
    }

    @Override
    public void close() throws IOException {
        EmbeddedPostgres running = postgres;
        postgres = null;
        if (running != null) {
            running.close();
        }
    }

    /** Kills the server that works on the directory, be it ours or one that an earlier, killed job left behind. */
    private void killPostmaster() throws IOException {
        Path pidFile = directory.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        ProcessHandle postmaster = ProcessHandle.of(
                        Long.parseLong(Files.readAllLines(pidFile).get(0).strip()))
                .filter(process -> process.info().command().orElse("").contains("postgres"))
                .orElse(null);
        if (postmaster != null) {
            List<ProcessHandle> backends = postmaster.descendants().toList();
            Processes.kill(postmaster);
            // They would end by themselves, but hold the shared memory until they do.
            for (ProcessHandle backend : backends) {
                Processes.kill(backend);
            }
        }
    }
}
