package io.dualwrite.examples.orders.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** H2 as a server in a JVM of its own, on a file database. */
final class H2Server implements TargetServer {
    /** Each takes as long as a JVM takes to start. */
    private static final int MOST_ATTEMPTS = 20;

    private final Path directory;
    private final int port;
    private @Nullable Process process;

    H2Server(Path directory, int port) {
        this.directory = directory;
        this.port = port;
    }

    /** Tries for a while: the server of a job that was killed ends by itself, and until it has, the port is taken. */
    @Override
    public void start() throws IOException {
        Files.createDirectories(directory);
        for (int attempt = 1; !tryToStart(); attempt++) {
            if (attempt == MOST_ATTEMPTS) {
                throw new IOException("The target's server does not start on port " + port + "; it says why in "
                        + directory.resolve("server.err"));
            }
        }
    }

    private boolean tryToStart() throws IOException {
        Process started = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dh2.bindAddress=127.0.0.1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        H2ServerMain.class.getName(),
                        Integer.toString(port),
                        directory.toString())
                .redirectError(directory.resolve("server.err").toFile())
                .start();
        process = started;
        BufferedReader said =
                new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
        return H2ServerMain.READY.equals(said.readLine());
    }

    @Override
    public void kill() throws IOException {
        Process running = process;
        process = null;
        if (running != null) {
            Processes.kill(running.toHandle());
        }
    }

    @Override
    public String url() {
        return "jdbc:h2:tcp://127.0.0.1:" + port + "/./next;WRITE_DELAY=0";
    }

    /** Whatever was committed is in the file, so that killing is as good as any other end. */
    @Override
    public void close() throws IOException {
        kill();
    }
}
