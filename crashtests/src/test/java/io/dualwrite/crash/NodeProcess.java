package io.dualwrite.crash;

import io.dualwrite.stage.Side;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A {@link Node}, seen from the process that started it: told what to do, killed, stopped, and resumed. */
final class NodeProcess {
    /** The node answered that it could not, or will never answer because it is no more. */
    static final class FailedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        FailedException(String why) {
            super(why);
        }
    }

    private final String name;
    private final Process process;
    private final Writer commands;
    private final AtomicInteger numbers = new AtomicInteger();
    private final Map<String, CompletableFuture<String>> open = new ConcurrentHashMap<>();
    private final BlockingQueue<String> reached = new LinkedBlockingQueue<>();
    private final CompletableFuture<Boolean> ready = new CompletableFuture<>();

    private NodeProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        this.commands = process.outputWriter(StandardCharsets.UTF_8);
        Thread answers = new Thread(this::listen, "answers-" + name);
        answers.setDaemon(true);
        answers.start();
    }

    /** Starts a process; returns before it is ready. */
    static NodeProcess start(Path directory, String name, List<String> settings) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                // A connection in constant use would never be tested, and a dead H2 connection does not look like one.
                "-Dcom.zaxxer.hikari.aliveBypassWindowMs=0",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Node.class.getName(),
                "name=" + name,
                "history=" + directory.resolve("history-" + name)));
        line.addAll(settings);
        Process process = new ProcessBuilder(line)
                .redirectError(directory.resolve("stderr-" + name).toFile())
                .start();
        return new NodeProcess(name, process);
    }

    String name() {
        return name;
    }

    void awaitReady() {
        get(ready, 60);
    }

    /** Gives a command; the answer comes later. */
    CompletableFuture<String> begin(String command) {
        String number = "c" + numbers.incrementAndGet();
        CompletableFuture<String> answer = new CompletableFuture<>();
        open.put(number, answer);
        try {
            commands.write(number + " " + command + "\n");
            commands.flush();
        } catch (IOException gone) {
            answer.completeExceptionally(new FailedException(name + " is gone"));
        }
        if (!process.isAlive()) {
            answer.completeExceptionally(new FailedException(name + " is gone"));
        }
        return answer;
    }

    /** Gives a command and waits for its answer. */
    String call(String command) {
        return get(begin(command), 120);
    }

    static <T> T get(CompletableFuture<T> answer, int seconds) {
        try {
            return answer.get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw new FailedException(String.valueOf(failed.getCause().getMessage()));
        } catch (TimeoutException late) {
            throw new IllegalStateException("No answer within " + seconds + " s", late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** How often what came of the traffic of this node, by name. */
    Map<String, Long> counts() {
        Map<String, Long> counts = new TreeMap<>();
        String told = call("counts");
        for (String each : told.substring(1, told.length() - 1).split(", ")) {
            int equals = each.lastIndexOf('=');
            if (equals > 0) {
                counts.put(each.substring(0, equals), Long.parseLong(each.substring(equals + 1)));
            }
        }
        return counts;
    }

    /** How many writes of this node have been acknowledged. */
    long writes() {
        return counts().getOrDefault("writes", 0L);
    }

    /** Waits for so many more acknowledged writes of this node. */
    void awaitWrites(int more) {
        long goal = writes() + more;
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (writes() < goal) {
            if (System.nanoTime() > until) {
                throw new IllegalStateException("No writes any more on " + name + ": " + counts());
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** Waits until this node has told of another server on a side. */
    void awaitStranger(Side side) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!call("strangers").equals("[" + side + "]")) {
            if (System.nanoTime() > until) {
                throw new IllegalStateException(name + " has not noticed: " + call("troubles"));
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    /** The next point that was reached; null when none was for so long. */
    String pollReached(long millis) throws InterruptedException {
        return reached.poll(millis, TimeUnit.MILLISECONDS);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    void kill() {
        Signals.kill(process.toHandle());
    }

    /** Stops every thread of it, wherever it is. */
    void stop() {
        Signals.send("STOP", process.toHandle());
    }

    void goOn() {
        Signals.send("CONT", process.toHandle());
    }

    private void listen() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                heard(line);
            }
        } catch (IOException | UncheckedIOException broken) {
            // As the end of the process, below.
        }
        FailedException gone = new FailedException(name + " is gone");
        ready.completeExceptionally(gone);
        open.values().forEach(answer -> answer.completeExceptionally(gone));
    }

    private void heard(String line) {
        if (line.equals("ready")) {
            ready.complete(true);
        } else if (line.startsWith("at ")) {
            reached.add(line.substring(3));
        } else {
            String[] words = line.split(" ", 3);
            CompletableFuture<String> answer = open.remove(words[0]);
            if (answer != null && words[1].equals("done")) {
                answer.complete(words[2]);
            } else if (answer != null) {
                answer.completeExceptionally(new FailedException(words[2]));
            }
        }
    }
}
