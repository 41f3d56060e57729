package io.dualwrite.testkit.simulation;

import io.dualwrite.testkit.simulation.StoreSession.Answer;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** The simulated engine, each session with a thread of its own; one at a time is inside the engine. */
final class SimulatedContestant implements Contestant, StoreEngine.Surroundings {
    private final StoreEngine engine = new StoreEngine(this);
    private final StoreSession[] sessions;
    private final ExecutorService[] threads;
    private final boolean[] busy;
    private final List<BooleanSupplier> waiting = new ArrayList<>();
    private final Map<Integer, String> done = new TreeMap<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private int running;

    SimulatedContestant(int count, List<String> setUp) throws SQLException {
        StoreSession first = engine.open();
        for (String sql : setUp) {
            first.execute(sql, new Object[0], Duration.ZERO);
        }
        first.kill();
        sessions = new StoreSession[count];
        threads = new ExecutorService[count];
        busy = new boolean[count];
        for (int at = 0; at < count; at++) {
            sessions[at] = engine.open();
            sessions[at].autoCommit(false);
            threads[at] = Executors.newSingleThreadExecutor();
        }
    }

    @Override
    public synchronized void start(int session, String command) {
        busy[session] = true;
        running++;
        threads[session].execute(() -> run(session, command));
    }

    private synchronized void run(int session, String command) {
        String outcome;
        try {
            outcome = told(sessions[session], command);
        } catch (SQLException refused) {
            outcome = refused.getSQLState();
        } catch (Throwable gap) {
            outcome = gap.toString();
        }
        done.put(session, outcome);
        running--;
        notifyAll();
    }

    private static String told(StoreSession session, String command) throws SQLException {
        if (command.equals("commit")) {
            session.commit();
            return "committed";
        }
        if (command.equals("rollback")) {
            session.rollBack();
            return "rolled back";
        }
        if (command.startsWith("savepoint ")) {
            session.savepoint(command.substring("savepoint ".length()));
            return "saved";
        }
        if (command.startsWith("rollback to ")) {
            session.rollBackTo(command.substring("rollback to ".length()));
            return "went back";
        }
        Answer answer = session.execute(command, new Object[0], Duration.ZERO);
        return answer.isQuery()
                ? answer.rows().stream().map(Arrays::toString).collect(Collectors.joining())
                : "changed " + answer.changed();
    }

    @Override
    public synchronized Map<Integer, String> settle() {
        try {
            while (running > 0 || waiting.stream().anyMatch(BooleanSupplier::getAsBoolean)) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        Map<Integer, String> finished = new TreeMap<>(done);
        done.clear();
        finished.keySet().forEach(session -> busy[session] = false);
        return finished;
    }

    @Override
    public synchronized boolean isBusy(int session) {
        return busy[session];
    }

    @Override
    public Instant now() {
        return now;
    }

    /** Inside the engine, so by a thread that has the monitor. A bounded wait is over at once: nobody else does anything. */
    @Override
    public void await(BooleanSupplier ready, Duration atMost) {
        if (atMost.compareTo(Duration.ofHours(1)) < 0) {
            now = now.plus(atMost);
            return;
        }
        waiting.add(ready);
        running--;
        notifyAll();
        try {
            while (!ready.getAsBoolean()) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            waiting.remove(ready);
            running++;
        }
    }

    @Override
    public Duration deadlockCheck() {
        return Duration.ZERO;
    }

    @Override
    public void noticed(String what) {
        // Only outcomes are compared.
    }

    @Override
    public void close() {
        synchronized (this) {
            for (StoreSession session : sessions) {
                session.kill();
            }
            notifyAll();
        }
        for (ExecutorService thread : threads) {
            thread.shutdown();
        }
    }
}
