package io.dualwrite.examples.orders.server;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.examples.orders.ledger.WholeFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Both databases of a run, kept under one directory: the legacy one inside this process, the next one behind a server.
 * The server's port is kept too, so that a continued run finds the same database at the same address.
 */
public final class Databases implements AutoCloseable {
    private static final int CONNECTIONS = 12;
    private static final int OWN_CONNECTIONS = 3;
    private static final int MOST_ATTEMPTS = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final TargetServer server;
    private final HikariDataSource legacy;
    private final HikariDataSource shopsNext;
    private final HikariDataSource next;

    private Databases(TargetServer server, HikariDataSource legacy, HikariDataSource shopsNext, HikariDataSource next) {
        this.server = server;
        this.legacy = legacy;
        this.shopsNext = shopsNext;
        this.next = next;
    }

    /**
     * Opens the legacy database and starts the target's server.
     *
     * @param shopsPatience how long the shop waits for a connection to the target; at least 250 ms
     */
    public static Databases open(Path directory, boolean postgres, Duration shopsPatience) throws IOException {
        Path data = directory.resolve("next").toAbsolutePath();
        int port = port(directory.resolve("next.port"));
        TargetServer server = postgres ? new PostgresServer(data, port) : new H2Server(data, port);
        try {
            server.start();
        } catch (NoClassDefFoundError missing) {
            throw new IOException(
                    "PostgreSQL is not on the class path of this run; have Maven put it there with"
                            + " -Dorders.scope=test",
                    missing);
        }
        Path file = directory.resolve("legacy").toAbsolutePath();
        return new Databases(
                server,
                pool("legacy", "jdbc:h2:file:" + file + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE", CONNECTIONS, PATIENCE),
                pool("next", server.url(), CONNECTIONS, shopsPatience),
                pool("job", server.url(), OWN_CONNECTIONS, PATIENCE));
    }

    public TargetServer server() {
        return server;
    }

    public HikariDataSource legacy() {
        return legacy;
    }

    /** The target as the shop sees it: while it is away or slow, the shop does not wait for long. */
    public HikariDataSource shopsNext() {
        return shopsNext;
    }

    /** The target for the job itself, which fills, spoils and checks it, and has time. */
    public HikariDataSource next() {
        return next;
    }

    /** Returns when the target can be connected to again. */
    public void awaitNext() throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try (Connection connection = next.getConnection()) {
                connection.isValid(1);
                return;
            } catch (SQLException e) {
                if (attempt == MOST_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        next.close();
        shopsNext.close();
        legacy.close();
        server.close();
    }

    private static HikariDataSource pool(String name, String url, int connections, Duration patience) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(connections);
        config.setConnectionTimeout(patience.toMillis());
        // An application starts while its copy is down, and so does its pool.
        config.setInitializationFailTimeout(-1);
        config.setExceptionOverrideClassName(BrokenConnections.class.getName());
        return new HikariDataSource(config);
    }

    private static int port(Path file) throws IOException {
        if (Files.exists(file)) {
            return Integer.parseInt(Files.readString(file).strip());
        }
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            WholeFile.write(file, Integer.toString(socket.getLocalPort()));
            return socket.getLocalPort();
        }
    }
}
