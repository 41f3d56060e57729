package io.dualwrite.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;

/** The processes of database servers on this machine, and the processor time they have used. Linux only. */
final class ServerProcesses {
    /** Ticks a second in {@code /proc}; the same on every Linux in use. */
    private static final double TICKS = 100;

    private static final int STATE = 0;
    private static final int PARENT = 1;
    private static final int USER = 11;
    private static final int REAPED_SYSTEM = 14;

    private final Set<Long> servers = new LinkedHashSet<>();

    /** Adds the server behind this database. */
    void add(DataSource database) throws SQLException, IOException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            boolean postgres = connection.getMetaData().getDatabaseProductName().equals("PostgreSQL");
            String sql = postgres ? "select current_setting('data_directory')" : "select @@datadir, @@pid_file";
            try (ResultSet row = statement.executeQuery(sql)) {
                row.next();
                Path file = postgres
                        ? Path.of(row.getString(1), "postmaster.pid")
                        : Path.of(row.getString(1)).resolve(row.getString(2));
                servers.add(Long.parseLong(Files.readAllLines(file).get(0).strip()));
            }
        }
    }

    /** Seconds of processor time that the servers have used until now, those of their ended children included. */
    double seconds() throws IOException {
        Map<Long, List<Long>> children = new HashMap<>();
        Map<Long, Long> ticks = new HashMap<>();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                read(process, children, ticks);
            }
        }
        long sum = 0;
        Deque<Long> left = new ArrayDeque<>(servers);
        while (!left.isEmpty()) {
            long process = left.remove();
            sum += ticks.getOrDefault(process, 0L);
            left.addAll(children.getOrDefault(process, List.of()));
        }
        return sum / TICKS;
    }

    private static void read(Path process, Map<Long, List<Long>> children, Map<Long, Long> ticks) {
        String stat;
        try {
            stat = Files.readString(process.resolve("stat"));
        } catch (IOException ended) {
            // Between the listing and now; its time is its parent's from now on.
            return;
        }
        // The name comes in parentheses and may have blanks in it.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        if (fields[STATE].isEmpty()) {
            return;
        }
        long id = Long.parseLong(process.getFileName().toString());
        children.computeIfAbsent(Long.parseLong(fields[PARENT]), any -> new ArrayList<>())
                .add(id);
        long sum = 0;
        for (int at = USER; at <= REAPED_SYSTEM; at++) {
            sum += Long.parseLong(fields[at]);
        }
        ticks.put(id, sum);
    }
}
