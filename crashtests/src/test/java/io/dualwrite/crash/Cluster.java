package io.dualwrite.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.Schema;
import io.dualwrite.servers.SuppliedDataSource;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.testkit.history.Footprint;
import io.dualwrite.testkit.history.FootprintChecker;
import io.dualwrite.testkit.history.HistoryChecker;
import io.dualwrite.testkit.history.HistoryFile;
import io.dualwrite.testkit.history.Operation;
import io.dualwrite.testkit.history.Operation.Outcome;
import io.dualwrite.testkit.history.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Several nodes and a pair of schemas, with everything that is needed to say afterwards whether all went well: histories of
 * all clients, footprints of all changes, and the records on both sides.
 */
final class Cluster implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    /** A key that somebody else has just inserted or deleted, and deadlocks, which two keys in either order make now and then. */
    private static final List<String> EXPECTED = List.of(" 23505", " 23000", " 40P01", " 40001", " GoneException");

    final Sides<Server> servers;
    final String schema = "crash" + ProcessHandle.current().pid() + "_" + NUMBER.incrementAndGet();
    final Path directory;
    private final Map<String, String> initial = new TreeMap<>();
    private final List<NodeProcess> nodes = new ArrayList<>();
    private Sides<Integer> ports;
    private int started;

    Cluster(Sides<Server> servers, Path directory) throws IOException {
        this.servers = servers;
        this.directory = Files.createTempDirectory(directory, "cluster");
        this.ports = Sides.each(side -> servers.of(side).port());
    }

    /** From now on nodes reach the servers by these ports, which may be proxies'. */
    Cluster by(Sides<Integer> others) {
        ports = others;
        return this;
    }

    /** Makes both schemas, and so many records on the origin. */
    Cluster create(int records) throws SQLException {
        for (Side side : Side.values()) {
            make(servers.of(side), side);
        }
        try (Connection connection = servers.origin().connect(schema);
                PreparedStatement insert =
                        connection.prepareStatement("insert into item (id, val, pad) values (?, ?, 'old')")) {
            for (int key = 1; key <= records; key++) {
                insert.setLong(1, key);
                insert.setString(2, "first:" + key);
                insert.addBatch();
                initial.put(Integer.toString(key), "first:" + key);
            }
            insert.executeBatch();
        }
        for (Side side : Side.values()) {
            servers.of(side).watch(schema, side);
        }
        return this;
    }

    private void make(Server server, Side side) throws SQLException {
        server.create(schema, side);
        install(Schema.of(Item.MIGRATION, side, new SuppliedDataSource(() -> server.connect(schema))));
    }

    /** Makes on another server what an old backup of a side holds: its tables without a record, and what its rows say of it. */
    void restore(Side side, Server elsewhere) throws SQLException {
        make(elsewhere, side);
        elsewhere.watch(schema, side);
        for (String table : List.of("dualwrite_control", "dualwrite_server")) {
            elsewhere.run(schema, "delete from " + table);
            elsewhere.insert(schema, table, servers.of(side).query(schema, "select * from " + table, Server::objects));
        }
        for (NodeProcess node : nodes) {
            elsewhere.welcome(schema, node.name());
        }
    }

    /** A statement of it may run out on a busy machine; it goes on from where it was. */
    private static void install(Schema schema) throws SQLException {
        long until = System.nanoTime() + Server.PATIENCE.toNanos();
        while (true) {
            try {
                schema.apply();
                return;
            } catch (SQLTimeoutException busy) {
                if (System.nanoTime() > until) {
                    throw busy;
                }
            }
        }
    }

    /** Starts a process that has not opened anything yet. */
    NodeProcess spare(String... settings) throws IOException {
        int number = ++started;
        List<String> all = new ArrayList<>(List.of("seed=" + number));
        if (Stream.of(Side.values()).anyMatch(side -> servers.of(side) instanceof H2Server)) {
            // H2 itself loses inserts where several transactions want a record that another one has just deleted.
            all.add("deletes=0");
        }
        all.addAll(List.of(settings));
        NodeProcess node = NodeProcess.start(directory, "n" + number, all);
        nodes.add(node);
        return node;
    }

    NodeProcess open(NodeProcess node) throws SQLException {
        node.awaitReady();
        for (Side side : Side.values()) {
            servers.of(side).welcome(schema, node.name());
        }
        node.call("open " + url(Side.ORIGIN, node) + " " + url(Side.TARGET, node));
        return node;
    }

    /** A node that is open, without traffic. */
    NodeProcess node(String... settings) throws IOException, SQLException {
        return open(spare(settings));
    }

    /** So many nodes with traffic, started at the same time. */
    List<NodeProcess> nodes(int count, String... settings) throws IOException, SQLException {
        List<NodeProcess> several = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            several.add(spare(settings));
        }
        for (NodeProcess each : several) {
            open(each);
        }
        several.forEach(each -> each.call("traffic"));
        return several;
    }

    private String url(Side side, NodeProcess node) {
        return servers.of(side).url(ports.of(side), schema, node.name());
    }

    /** The failures of writes on these nodes, but for those that the database asks its clients to expect. */
    static Map<String, Long> unexpected(List<NodeProcess> several) {
        Map<String, Long> failures = new TreeMap<>();
        for (NodeProcess node : several) {
            node.counts().forEach((what, count) -> {
                if (what.startsWith("writer failed") && EXPECTED.stream().noneMatch(what::endsWith)) {
                    failures.merge(what, count, Long::sum);
                }
            });
        }
        return failures;
    }

    /** How many writes of these nodes failed with this SQL state. */
    static long failed(List<NodeProcess> several, String state) {
        return several.stream()
                .flatMap(node -> node.counts().entrySet().stream())
                .filter(count -> count.getKey().startsWith("writer failed")
                        && count.getKey().endsWith(" " + state))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** Ends the sessions of a node on both servers. */
    void dismiss(NodeProcess node) throws SQLException {
        for (Side side : Side.values()) {
            servers.of(side).dismiss(schema, node.name());
        }
    }

    /**
     * Waits until a node has nothing in flight on the copy; with an empty journal and no traffic nothing follows. MariaDB
     * makes its list of transactions anew only for somebody who asks when nobody has asked for 100 ms.
     */
    void awaitCopyLeftAlone(NodeProcess by) throws SQLException {
        Side copy = authority().other();
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (servers.of(copy).isBusy(schema, by.name())) {
            assertThat(System.nanoTime())
                    .as(() -> "the time when " + by.name() + " leaves the " + copy + " alone; " + whatIsOpen(alive()))
                    .isLessThan(until);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(150));
        }
    }

    List<NodeProcess> alive() {
        return nodes.stream().filter(NodeProcess::isAlive).toList();
    }

    /** Whether a server has died that may have shown what it lost. */
    private boolean mayHaveShownTooEarly() {
        return servers.origin().mayHaveShownTooEarly() || servers.target().mayHaveShownTooEarly();
    }

    /** Pauses all traffic, waits until nothing is open, and checks everything that has happened so far. */
    Report rest(NodeProcess by, List<NodeProcess> withTraffic) throws IOException, SQLException {
        all(withTraffic, "pause");
        assertThat(by.call("drain")).as(() -> whatIsOpen(withTraffic)).isEqualTo("true");
        Report report = check();
        all(withTraffic, "resume");
        return report;
    }

    /** What a journal that did not become empty holds, what the copy is busy with, and what the nodes make of it. */
    private String whatIsOpen(List<NodeProcess> asked) {
        try {
            Side authority = authority();
            List<String> intents = servers.of(authority)
                    .query(
                            schema,
                            "select record_key, attempts, quarantined, created, due, current_timestamp from"
                                    + " dualwrite_journal order by id",
                            Server::values);
            return "the journal of " + authority + " is empty, not " + intents.size() + " intents: "
                    + intents.subList(0, Math.min(20, intents.size())) + "; the copy is busy with "
                    + servers.of(authority.other()).sessions(schema) + "; the nodes: "
                    + asked.stream().map(each -> each.call("troubles")).toList();
        } catch (SQLException unknown) {
            return "the journal is empty (what it holds cannot be read: " + unknown + ")";
        }
    }

    static void all(List<NodeProcess> several, String command) {
        List<CompletableFuture<String>> answers =
                several.stream().map(each -> each.begin(command)).toList();
        answers.forEach(answer -> NodeProcess.get(answer, 120));
    }

    /**
     * What was found.
     *
     * @param acknowledged transactions that were
     * @param unknown transactions whose clients never learned what became of them
     */
    record Report(
            List<Violation> violations,
            int operations,
            long acknowledged,
            long unknown,
            long failed,
            int footprints,
            int records) {
        Report assertSound() {
            assertThat(violations).isEmpty();
            return this;
        }

        @Override
        public String toString() {
            return "operations=" + operations + " acknowledged=" + acknowledged + " unknown=" + unknown + " failed="
                    + failed + " footprints=" + footprints + " records=" + records + " violations="
                    + violations.size();
        }
    }

    /** Checks what is there now, which only makes sense at rest, in a stage in which the copy follows. */
    Report check() throws IOException, SQLException {
        return check(true);
    }

    /** As {@link #check()}; {@code following} says whether the copy was to follow. */
    Report check(boolean following) throws IOException, SQLException {
        Sides<Map<String, String>> records = new Sides<>(records(Side.ORIGIN), records(Side.TARGET));
        List<Operation> history = HistoryFile.read(histories());
        List<Footprint> footprints = new ArrayList<>(footprints(Side.ORIGIN));
        footprints.addAll(footprints(Side.TARGET));
        Side authority = authority();
        List<Violation> violations = new ArrayList<>(new HistoryChecker(initial, history, !mayHaveShownTooEarly())
                .check(records.of(authority), records.of(following ? authority.other() : authority)));
        violations.addAll(new FootprintChecker().check(initial, footprints));
        Map<String, Outcome> outcomes = new LinkedHashMap<>();
        history.forEach(each -> outcomes.put(each.transaction(), each.outcome()));
        return new Report(
                violations,
                history.size(),
                count(outcomes, Outcome.ACKNOWLEDGED),
                count(outcomes, Outcome.UNKNOWN),
                count(outcomes, Outcome.FAILED),
                footprints.size(),
                records.of(authority).size());
    }

    private static long count(Map<String, Outcome> outcomes, Outcome outcome) {
        return outcomes.values().stream().filter(outcome::equals).count();
    }

    private List<Path> histories() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("history-"))
                    .toList();
        }
    }

    /** The side that has the authority, of which there is one. */
    Side authority() throws SQLException {
        List<Side> sides = new ArrayList<>();
        for (Side side : Side.values()) {
            if (role(side).equals("AUTHORITY")) {
                sides.add(side);
            }
        }
        assertThat(sides).as("sides that have the authority").hasSize(1);
        return sides.get(0);
    }

    /** What a side's control row says, all of whose stripes say the same. */
    String role(Side side) throws SQLException {
        List<String> roles = servers.of(side)
                .query(
                        schema,
                        "select distinct role from dualwrite_control where side = '" + side + "'",
                        row -> row.getString(1));
        assertThat(roles).hasSize(1);
        return roles.get(0);
    }

    private Map<String, String> records(Side side) throws SQLException {
        Map<String, String> records = new TreeMap<>();
        servers.of(side)
                .query(
                        schema,
                        "select " + Item.key(side) + ", " + Item.value(side) + " from " + Item.table(side),
                        row -> records.put(row.getString(1), row.getString(2)));
        return records;
    }

    private List<Footprint> footprints(Side side) throws SQLException {
        return servers.of(side)
                .query(
                        schema,
                        "select n, item, was, now, role, handover from footprint order by n",
                        row -> new Footprint(
                                side.name(),
                                row.getLong(1),
                                row.getString(2),
                                row.getString(3),
                                row.getString(4),
                                row.getString(5),
                                row.getLong(6)));
    }

    @Override
    public void close() {
        nodes.stream().filter(NodeProcess::isAlive).forEach(NodeProcess::kill);
    }
}
