package io.dualwrite.control.incident;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keeps incidents in memory: for one process, and gone with it. Thread-safe. */
public final class MemoryIncidentStore implements IncidentStore {
    private final Map<String, Incident> incidents = new LinkedHashMap<>();
    private final Map<String, List<TimelineEntry>> timelines = new LinkedHashMap<>();
    private final Map<String, ActionItem> actions = new LinkedHashMap<>();

    @Override
    public synchronized boolean open(Incident incident, TimelineEntry entry) {
        boolean isOpen = incidents.values().stream()
                .anyMatch(other -> other.isOpen() && other.dedup().equals(incident.dedup()));
        if (isOpen) {
            return false;
        }
        incidents.put(incident.id(), incident);
        timelines.computeIfAbsent(incident.id(), none -> new ArrayList<>()).add(entry);
        return true;
    }

    @Override
    public synchronized boolean change(Incident from, Incident to, List<TimelineEntry> entries) {
        Incident now = incidents.get(from.id());
        if (now == null || now.version() != from.version()) {
            return false;
        }
        incidents.put(to.id(), to);
        timelines.computeIfAbsent(to.id(), none -> new ArrayList<>()).addAll(entries);
        return true;
    }

    @Override
    public synchronized List<Incident> open(String migration) {
        return all(migration).stream().filter(Incident::isOpen).toList();
    }

    @Override
    public synchronized List<Incident> all(String migration) {
        return incidents.values().stream()
                .filter(incident -> incident.migration().equals(migration))
                .toList();
    }

    @Override
    public synchronized void keep(ActionItem item) {
        actions.put(item.id(), item);
    }

    @Override
    public synchronized List<ActionItem> actions(String migration) {
        return actions.values().stream()
                .filter(item -> {
                    Incident of = incidents.get(item.incident());
                    return of != null && of.migration().equals(migration);
                })
                .sorted(Comparator.comparing(ActionItem::due).thenComparing(ActionItem::id))
                .toList();
    }

    @Override
    public synchronized List<TimelineEntry> timeline(String incident) {
        return List.copyOf(timelines.getOrDefault(incident, List.of()));
    }
}
