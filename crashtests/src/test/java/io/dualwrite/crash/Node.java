package io.dualwrite.crash;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.BreakerMoved;
import io.dualwrite.event.MigrationEvent.HandoverStep;
import io.dualwrite.event.MigrationEvent.Quarantined;
import io.dualwrite.event.MigrationEvent.ServerChanged;
import io.dualwrite.event.MigrationEvent.TransferFailed;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.repair.HandoverSettings;
import io.dualwrite.repair.RelaySettings;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.testkit.history.HistoryFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * One node of an application, a process of its own: a migration, and clients that use it. Does what the lines on its standard
 * input say, {@code <number> <command> <arguments>}, each on a thread of its own, and answers on its standard output with
 * {@code <number> done <answer>} or {@code <number> failed <why>}. {@code at <point>} says that the armed point was reached.
 */
final class Node {
    private static final int TROUBLES_KEPT = 30;

    private final Map<String, String> settings;
    private final String name;
    private final HistoryFile history;
    private final AtomicLong numbers = new AtomicLong();
    private final Points points = new Points(point -> say("at " + point));
    private final Map<String, Long> steps = new ConcurrentHashMap<>();
    private final Deque<String> troubles = new ConcurrentLinkedDeque<>();
    private final Set<Side> strangers = ConcurrentHashMap.newKeySet();
    private @Nullable Place at;

    /** Everything that belongs to one pair of schemas. */
    private record Place(
            Sides<HikariDataSource> pools, Sides<HikariDataSource> ownPools, JdbcMigration migration, Traffic traffic) {
        void close() throws InterruptedException {
            traffic.end();
            migration.close();
            for (Side side : Side.values()) {
                pools.of(side).close();
                ownPools.of(side).close();
            }
        }
    }

    private Node(Map<String, String> settings) throws IOException {
        this.settings = settings;
        this.name = setting("name", "node");
        this.history = HistoryFile.append(Path.of(setting("history", "")));
    }

    /** Arguments are {@code setting=value}. */
    public static void main(String[] args) throws IOException {
        Map<String, String> settings = new HashMap<>();
        for (String arg : args) {
            int equals = arg.indexOf('=');
            settings.put(arg.substring(0, equals), arg.substring(equals + 1));
        }
        Node node = new Node(settings);
        node.say("ready");
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            node.begin(line.split(" "));
        }
        // Whoever started this process is gone.
        Runtime.getRuntime().halt(0);
    }

    private String setting(String key, String otherwise) {
        return settings.getOrDefault(key, otherwise);
    }

    private int number(String key, int otherwise) {
        return Integer.parseInt(setting(key, Integer.toString(otherwise)));
    }

    private void say(String line) {
        synchronized (System.out) {
            System.out.println(line);
            System.out.flush();
        }
    }

    private void begin(String[] words) {
        String command = words[1];
        Thread thread = new Thread(
                () -> {
                    try {
                        say(words[0] + " done "
                                + perform(command, List.of(words).subList(2, words.length)));
                    } catch (Throwable failure) {
                        say(words[0] + " failed "
                                + String.valueOf(failure).replaceAll("\\s+", " ")
                                + (failure.getCause() == null
                                        ? ""
                                        : " because of "
                                                + String.valueOf(failure.getCause())
                                                        .replaceAll("\\s+", " ")));
                    }
                },
                command.equals("move") ? "coordinator to " + words[2] : command);
        thread.setDaemon(true);
        thread.start();
    }

    private String perform(String command, List<String> words) throws Exception {
        switch (command) {
            case "open" -> at = open(words.get(0), words.get(1));
            case "close" -> {
                place().close();
                at = null;
            }
            case "move" -> {
                return place().migration().moveTo(Stage.valueOf(words.get(0))).toString();
            }
            case "approve" -> place().migration().approve(Stage.valueOf(words.get(0)), "the test");
            case "adopt" -> {
                awaitConnections();
                place().migration().adoptServer(Side.valueOf(words.get(0)), "the test");
            }
            case "backfill" -> {
                return place().migration().backfill().toString();
            }
            case "verify" -> {
                for (int pass = 1; ; pass++) {
                    if (place().migration().verify(VerifyPolicy.REPAIR).isClean()) {
                        return "clean after " + pass;
                    }
                }
            }
            case "traffic" -> place().traffic().start();
            case "pause" -> place().traffic().pause();
            case "resume" -> place().traffic().resume();
            case "drain" -> {
                awaitConnections();
                return Boolean.toString(place().migration().awaitDrained(Duration.ofSeconds(20)));
            }
            case "stage" -> {
                place().migration().refresh();
                return place().migration().stage().toString();
            }
            case "counts" -> {
                return place().traffic().counts();
            }
            case "troubles" -> {
                return "breaker and transfers " + troubles + ", threads " + busyThreads();
            }
            case "strangers" -> {
                return strangers.toString();
            }
            case "arm" -> points.arm(String.join(" ", words));
            case "release" -> points.release();
            case "points" -> {
                return String.join(";", points.takeReached().keySet());
            }
            default -> throw new IllegalArgumentException("No such command: " + command);
        }
        return "";
    }

    private Place place() {
        if (at == null) {
            throw new IllegalStateException("Nothing is open");
        }
        return at;
    }

    private Place open(String originUrl, String targetUrl) throws IOException {
        Sides<HikariDataSource> pools =
                new Sides<>(pool(originUrl, number("pool", 10)), pool(targetUrl, number("pool", 10)));
        Sides<HikariDataSource> ownPools = new Sides<>(pool(originUrl, 6), pool(targetUrl, 6));
        Sides<DataSource> watched = Sides.each(side -> WatchedDataSource.of(side, pools.of(side), points));
        JdbcMigration migration = Jdbc.migration(Item.MIGRATION, watched.origin(), watched.target())
                .ownPools(
                        WatchedDataSource.of(Side.ORIGIN, ownPools.origin(), points),
                        WatchedDataSource.of(Side.TARGET, ownPools.target(), points))
                .records(Item.TABLE)
                .createTables(true)
                .adoptTarget(true)
                .attestedBy("the test")
                // What a copy answers in the authority's place may be a little old, which no checker could tell from
                // wrong.
                .fallback(false)
                .handover(HandoverSettings.defaults().withBudget(Duration.ofMillis(number("budget", 5_000))))
                .writersWait(Duration.ofMillis(number("writersWait", 10_000)))
                .relay(new RelaySettings(
                        number("batch", 20),
                        Duration.ofMillis(number("lease", 2_000)),
                        Duration.ofMillis(50),
                        Duration.ofMillis(100),
                        Duration.ofSeconds(2),
                        1_000))
                .listener(this::note)
                .build();
        Items items = migration.decorate(
                Items.class,
                database -> new SqlItems(Side.ORIGIN, database),
                database -> new SqlItems(Side.TARGET, database));
        migration.start();
        Traffic traffic = new Traffic(
                new Traffic.Plan(
                        name,
                        Long.parseLong(setting("seed", "1")),
                        number("keys", 32),
                        number("writers", 2),
                        number("readers", 1),
                        number("think", 2_000),
                        number("work", 0),
                        number("deletes", 8),
                        number("pairs", 5)),
                migration,
                items,
                history,
                numbers);
        return new Place(pools, ownPools, migration, traffic);
    }

    private void note(MigrationEvent event) {
        if (event instanceof HandoverStep step) {
            steps.merge(step.step(), 1L, Long::sum);
        } else if (event instanceof ServerChanged changed) {
            strangers.add(changed.side());
        } else if (event instanceof TransferFailed || event instanceof BreakerMoved || event instanceof Quarantined) {
            troubles.add(LocalTime.now() + " " + event);
            if (troubles.size() > TROUBLES_KEPT) {
                troubles.poll();
            }
        }
    }

    /** What the library's own threads are at. */
    private static String busyThreads() {
        StringBuilder told = new StringBuilder();
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            if (thread.getName().startsWith("dualwrite")) {
                told.append(thread.getName())
                        .append(": ")
                        .append(Arrays.asList(stack))
                        .append("; ");
            }
        });
        return told.toString();
    }

    /**
     * Waits until both servers can be reached: a pool that met a dead one rests for up to five seconds between its attempts,
     * which says nothing about the library.
     */
    private void awaitConnections() throws SQLException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        for (HikariDataSource pool :
                List.of(place().ownPools().origin(), place().ownPools().target())) {
            while (true) {
                try (Connection connection = pool.getConnection()) {
                    break;
                } catch (SQLException notYet) {
                    if (System.nanoTime() > until) {
                        throw notYet;
                    }
                }
            }
        }
    }

    private HikariDataSource pool(String url, int connections) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(connections);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(5_000);
        config.setValidationTimeout(2_000);
        config.setInitializationFailTimeout(-1);
        if (url.startsWith("jdbc:h2:")) {
            // Its driver says of a dead connection that it is alive.
            config.setConnectionTestQuery("select 1");
        }
        if (settings.containsKey("isolation")) {
            config.setTransactionIsolation(setting("isolation", ""));
        }
        return new HikariDataSource(config);
    }
}
