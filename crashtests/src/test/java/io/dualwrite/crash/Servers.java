package io.dualwrite.crash;

import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The servers of this process: at most one of each engine for each side, and one more, started when first asked for. */
final class Servers {
    /** A database engine. */
    enum Engine {
        POSTGRES {
            @Override
            Server server(Path directory, int port) {
                return new PostgresServer(directory, port);
            }
        },
        MARIADB {
            @Override
            Server server(Path directory, int port) {
                return new MariaServer(directory, port);
            }
        },
        H2 {
            @Override
            Server server(Path directory, int port) {
                return new H2Server(directory, port);
            }
        };

        abstract Server server(Path directory, int port);
    }

    private static final Map<String, Server> STARTED = new HashMap<>();
    private static final Path DIRECTORY = directory();

    private Servers() {}

    /** Where servers and clusters keep what they write. */
    static Path home() {
        return DIRECTORY;
    }

    static synchronized Sides<Server> pair(Engine origin, Engine target) {
        return new Sides<>(one(origin, Side.ORIGIN.name()), one(target, Side.TARGET.name()));
    }

    /** One that is no side's. */
    static synchronized Server stranger(Engine engine) {
        return one(engine, "STRANGER");
    }

    private static Server one(Engine engine, String place) {
        return STARTED.computeIfAbsent(engine + "-" + place, name -> {
            try {
                Server server = engine.server(DIRECTORY.resolve(name), freePort());
                server.start();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    try {
                        server.kill();
                    } catch (IOException | RuntimeException gone) {
                        return;
                    }
                }));
                return server;
            } catch (IOException failure) {
                throw new IllegalStateException("The " + engine + " server does not start", failure);
            }
        });
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Path directory() {
        try {
            Path target = Path.of("target", "servers");
            Files.createDirectories(target);
            return Files.createTempDirectory(target.toAbsolutePath(), "run");
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
