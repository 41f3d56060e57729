package io.dualwrite.control.rollback;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keeps times in memory: for one process, and gone with it. Thread-safe. */
public final class MemoryStepTimes implements StepTimes {
    static final int MOST = 1_000;

    private final Map<String, Deque<StepTime>> times = new HashMap<>();

    @Override
    public synchronized void keep(String migration, StepTime time) {
        Deque<StepTime> kept = times.computeIfAbsent(migration, none -> new ArrayDeque<>());
        kept.addLast(time);
        if (kept.size() > MOST) {
            kept.removeFirst();
        }
    }

    @Override
    public synchronized List<StepTime> of(String migration) {
        Deque<StepTime> kept = times.get(migration);
        return kept == null ? List.of() : List.copyOf(kept);
    }
}
