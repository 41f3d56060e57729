package io.dualwrite.control.ramp;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keeps ramps in memory: for one process, and gone with it; all reads go to the source after a restart. Thread-safe. */
public final class MemoryRampStore implements RampStore {
    private final Map<String, RampState> states = new LinkedHashMap<>();
    private final Map<String, Map<String, NodeReport>> reports = new LinkedHashMap<>();
    private final Map<String, List<RampEntry>> entries = new LinkedHashMap<>();

    @Override
    public synchronized RampState read(String migration) {
        return states.getOrDefault(migration, RampState.FIRST);
    }

    @Override
    public synchronized boolean change(String migration, RampState from, RampState to, RampEntry entry) {
        if (read(migration).version() != from.version()) {
            return false;
        }
        states.put(migration, to);
        entries.computeIfAbsent(migration, none -> new ArrayList<>()).add(entry);
        return true;
    }

    @Override
    public synchronized void report(String migration, NodeReport report) {
        reports.computeIfAbsent(migration, none -> new LinkedHashMap<>()).put(report.node(), report);
    }

    @Override
    public synchronized List<NodeReport> reports(String migration, long epoch) {
        return reports.getOrDefault(migration, Map.of()).values().stream()
                .filter(report -> report.epoch() == epoch)
                .toList();
    }

    @Override
    public synchronized List<RampEntry> audit(String migration) {
        return List.copyOf(entries.getOrDefault(migration, List.of()));
    }
}
