package io.dualwrite.jdbc;

import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import io.dualwrite.testkit.simulation.SimulatedServer;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A control row and what lies beside it, as committed. Shares no code with the library. */
record Seen(
        Role role,
        Stage stage,
        long handover,
        long version,
        boolean hasDeadline,
        boolean journalled,
        int generation,
        Map<Long, Long> items,
        Map<Long, Set<Long>> intents,
        Set<Integer> backfilled,
        Set<Integer> clean) {
    boolean hasIntent(long key) {
        return intents.values().stream().anyMatch(keys -> keys.contains(key));
    }

    /** What is committed on this server now. */
    static Seen on(SimulatedServer server, Side side) {
        Map<String, Object> control = Map.of();
        for (Map<String, Object> row : server.committed("dualwrite_control")) {
            if (row.get("side").equals(side.name())) {
                control = row;
                break;
            }
        }
        Map<Long, Long> items = new TreeMap<>();
        server.committed(SimulatedNode.table(side))
                .forEach(row -> items.put((Long) row.get("id"), (Long) row.get("amount")));
        Map<Long, Set<Long>> intents = new TreeMap<>();
        server.committed("dualwrite_journal")
                .forEach(row -> intents.put(
                        (Long) row.get("id"), keys((String) row.get("record_type"), (String) row.get("record_key"))));
        Set<Integer> backfilled = new TreeSet<>();
        Set<Integer> clean = new TreeSet<>();
        for (Map<String, Object> row : server.committed("dualwrite_checkpoint")) {
            if (Boolean.TRUE.equals(row.get("done"))) {
                int generation = ((Long) row.get("generation")).intValue();
                (row.get("job").equals("backfill") ? backfilled : clean).add(generation);
            }
        }
        return new Seen(
                Role.valueOf((String) control.get("role")),
                Stage.valueOf((String) control.get("stage")),
                (Long) control.get("handover"),
                (Long) control.get("version"),
                control.get("deadline") != null,
                (Boolean) control.get("journalled"),
                ((Long) control.get("generation")).intValue(),
                items,
                intents,
                backfilled,
                clean);
    }

    /** The keys that a row of the journal stands for. */
    private static Set<Long> keys(String type, String text) {
        Set<Long> keys = new TreeSet<>();
        if (!type.endsWith("[]")) {
            keys.add(Long.valueOf(text));
            return keys;
        }
        // Either "--", or the length of the first key, a colon, the key, "=" and the last key.
        String[] bounds = text.equals("--")
                ? new String[0]
                : text.substring(text.indexOf(':') + 1).split("=");
        long first = bounds.length == 0 ? 1 : Long.parseLong(bounds[0]);
        long last = bounds.length == 0 ? Scenario.MOST_KEYS : Long.parseLong(bounds[1]);
        for (long key = first; key <= last; key++) {
            keys.add(key);
        }
        return keys;
    }
}
