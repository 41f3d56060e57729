package io.dualwrite.control.conduct;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keeps journeys in memory: for one process, and gone with it. Thread-safe. */
public final class MemoryJourneyStore implements JourneyStore {
    private final Map<String, Journey> journeys = new LinkedHashMap<>();
    private final Map<String, Map<String, NodeSight>> sights = new LinkedHashMap<>();
    private final Map<String, List<JourneyEntry>> entries = new LinkedHashMap<>();

    @Override
    public synchronized Journey read(String migration) {
        return journeys.getOrDefault(migration, Journey.FIRST);
    }

    @Override
    public synchronized boolean change(String migration, Journey from, Journey to, @Nullable JourneyEntry entry) {
        if (read(migration).version() != from.version()) {
            return false;
        }
        journeys.put(migration, to);
        if (entry != null) {
            entries.computeIfAbsent(migration, none -> new ArrayList<>()).add(entry);
        }
        return true;
    }

    @Override
    public synchronized void report(String migration, NodeSight sight) {
        sights.computeIfAbsent(migration, none -> new LinkedHashMap<>()).put(sight.node(), sight);
    }

    @Override
    public synchronized void forget(String migration, String node) {
        sights.computeIfAbsent(migration, none -> new LinkedHashMap<>()).remove(node);
    }

    @Override
    public synchronized List<NodeSight> sights(String migration) {
        return List.copyOf(sights.getOrDefault(migration, Map.of()).values());
    }

    @Override
    public synchronized List<JourneyEntry> audit(String migration) {
        return List.copyOf(entries.getOrDefault(migration, List.of()));
    }
}
