package io.dualwrite.testkit.simulation;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;

/** A real PostgreSQL server, asked who waits for a lock. */
final class PostgresContestant implements Contestant {
    /** A wait that is older goes on. */
    private static final long STEADY_MILLIS = 30;
    /** A wait that is older was given no lock time-out. */
    private static final long TIMED_MILLIS = 300;

    private final List<Connection> connections = new ArrayList<>();
    private final List<ExecutorService> threads = new ArrayList<>();
    private final List<Map<String, Savepoint>> savepoints = new ArrayList<>();
    private final int[] pids;
    private final Map<Integer, Future<String>> running = new TreeMap<>();
    private final Connection watcher;
    private boolean timed;

    PostgresContestant(DataSource source, int count, List<String> setUp) throws SQLException {
        watcher = source.getConnection();
        try (Statement statement = watcher.createStatement()) {
            for (String sql : setUp) {
                statement.execute(sql);
            }
        }
        pids = new int[count];
        for (int at = 0; at < count; at++) {
            Connection connection = source.getConnection();
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select pg_backend_pid()")) {
                row.next();
                pids[at] = row.getInt(1);
                statement.execute("set deadlock_timeout = '3ms'");
            }
            connection.setAutoCommit(false);
            connections.add(connection);
            threads.add(Executors.newSingleThreadExecutor());
            savepoints.add(new HashMap<>());
        }
    }

    @Override
    public void start(int session, String command) {
        timed |= command.contains("lock_timeout");
        running.put(session, threads.get(session).submit(() -> {
            try {
                return told(session, command);
            } catch (SQLException refused) {
                return refused.getSQLState();
            }
        }));
    }

    private String told(int session, String command) throws SQLException {
        Connection connection = connections.get(session);
        if (command.equals("commit")) {
            savepoints.get(session).clear();
            connection.commit();
            return "committed";
        }
        if (command.equals("rollback")) {
            savepoints.get(session).clear();
            connection.rollback();
            return "rolled back";
        }
        if (command.startsWith("savepoint ")) {
            String name = command.substring("savepoint ".length());
            savepoints.get(session).put(name, connection.setSavepoint(name));
            return "saved";
        }
        if (command.startsWith("rollback to ")) {
            Savepoint savepoint = savepoints.get(session).get(command.substring("rollback to ".length()));
            if (savepoint == null) {
                return "3B001";
            }
            connection.rollback(savepoint);
            return "went back";
        }
        try (Statement statement = connection.createStatement()) {
            if (!statement.execute(command)) {
                return "changed " + statement.getUpdateCount();
            }
            StringBuilder text = new StringBuilder();
            try (ResultSet rows = statement.getResultSet()) {
                while (rows.next()) {
                    List<String> values = new ArrayList<>();
                    for (int at = 1; at <= rows.getMetaData().getColumnCount(); at++) {
                        values.add(rows.getString(at));
                    }
                    text.append(values);
                }
            }
            return text.toString();
        }
    }

    @Override
    public Map<Integer, String> settle() {
        try {
            Map<Integer, String> finished = new TreeMap<>();
            long steadySince = System.nanoTime();
            while (!running.isEmpty()) {
                boolean changed = false;
                for (int session : List.copyOf(running.keySet())) {
                    String outcome = outcome(running.get(session));
                    if (outcome != null) {
                        finished.put(session, outcome);
                        running.remove(session);
                        changed = true;
                    }
                }
                if (changed || !allWait()) {
                    steadySince = System.nanoTime();
                } else if (System.nanoTime() - steadySince
                        > TimeUnit.MILLISECONDS.toNanos(timed ? TIMED_MILLIS : STEADY_MILLIS)) {
                    break;
                }
            }
            return finished;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static String outcome(Future<String> future) throws Exception {
        try {
            return future.get(2, TimeUnit.MILLISECONDS);
        } catch (TimeoutException notYet) {
            return null;
        }
    }

    /**
     * Whether everybody who is not done waits for others, by what is granted and what is not, and nobody in a circle, which the
     * server will break. A session that was let go on and has not got to it yet is not waiting.
     */
    private boolean allWait() throws SQLException {
        Map<Integer, List<Integer>> blockers = new HashMap<>();
        try (PreparedStatement statement = watcher.prepareStatement("select unnest(pg_blocking_pids(?))")) {
            for (int session : running.keySet()) {
                List<Integer> found = new ArrayList<>();
                statement.setInt(1, pids[session]);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        found.add(rows.getInt(1));
                    }
                }
                if (found.isEmpty()) {
                    return false;
                }
                blockers.put(pids[session], found);
            }
        }
        return blockers.keySet().stream().noneMatch(pid -> leadsTo(pid, pid, blockers, new HashSet<>()));
    }

    private static boolean leadsTo(int from, int to, Map<Integer, List<Integer>> blockers, Set<Integer> seen) {
        for (int next : blockers.getOrDefault(from, List.of())) {
            if (next == to || (seen.add(next) && leadsTo(next, to, blockers, seen))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean isBusy(int session) {
        return running.containsKey(session);
    }

    @Override
    public void close() {
        try {
            for (int session : running.keySet()) {
                try (PreparedStatement statement = watcher.prepareStatement("select pg_cancel_backend(?)")) {
                    statement.setInt(1, pids[session]);
                    statement.execute();
                }
            }
            for (Future<String> each : running.values()) {
                each.get(30, TimeUnit.SECONDS);
            }
            for (ExecutorService thread : threads) {
                thread.shutdown();
            }
            for (Connection connection : connections) {
                connection.close();
            }
            watcher.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
