package io.dualwrite.jdbc;

import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.testkit.simulation.Baton;
import io.dualwrite.testkit.simulation.SimulatedDatabase;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Watches both databases through connections of its own, after every commit, and knows the history of every key. Shares no
 * code with the library.
 */
final class Oracle {
    /** A control row and what lies beside it, as committed. */
    private record Seen(
            Role role,
            long handover,
            boolean journalled,
            int generation,
            Map<Long, Long> items,
            Set<Long> intents,
            Set<Integer> backfilled) {}

    private final Sides<SimulatedDatabase> databases;
    private Baton baton;
    private final Map<Side, PreparedStatement[]> statements = new HashMap<>();
    private final Map<Side, Seen> seen = new HashMap<>();
    private final Map<Long, List<Long>> history = new TreeMap<>();
    private final Map<Side, Map<Long, Integer>> reached = new HashMap<>();
    private final Map<String, Map<Long, Long>> writing = new HashMap<>();
    private final Set<String> landed = new HashSet<>();
    private final Set<Long> covered = new TreeSet<>();
    private final boolean intentsAtOnce;
    private int coveredIn;
    private int authoritative;
    private int transferred;

    Oracle(Baton baton, Sides<SimulatedDatabase> databases, boolean intentsAtOnce) throws SQLException {
        this.intentsAtOnce = intentsAtOnce;
        this.baton = baton;
        this.databases = databases;
        for (Side side : Side.values()) {
            statements.put(side, new PreparedStatement[] {
                prepare(
                        side,
                        "select role, handover, journalled, generation from dualwrite_control where side = '" + side
                                + "' order by stripe limit 1"),
                prepare(side, "select id, amount from " + SimulatedNode.table(side)),
                prepare(side, "select distinct record_key from dualwrite_journal where side = '" + side + "'"),
                prepare(side, "select generation from dualwrite_checkpoint where job = 'backfill' and done")
            });
            seen.put(side, look(side));
            reached.put(side, new HashMap<>());
        }
        coveredIn = seen.get(Side.ORIGIN).generation();
        for (long key = 1; key <= Scenario.MOST_KEYS; key++) {
            Long first = seen.get(Side.ORIGIN).items().get(key);
            history.put(key, new ArrayList<>());
            history.get(key).add(first);
            reached.get(Side.ORIGIN).put(key, 0);
            boolean equal = Objects.equals(first, seen.get(Side.TARGET).items().get(key));
            reached.get(Side.TARGET).put(key, equal ? 0 : -1);
        }
    }

    private PreparedStatement prepare(Side side, String sql) throws SQLException {
        return databases.of(side).plain().prepareStatement(sql);
    }

    /** The calling actor is about to write these in one transaction; null deletes. */
    void writing(Map<Long, Long> values) {
        writing.put(Baton.self(), new TreeMap<>(values));
        landed.remove(Baton.self());
    }

    /** The calling actor was told that its write is done. */
    void acknowledged() {
        writing.remove(Baton.self());
        if (!landed.remove(Baton.self())) {
            throw violation("a write was acknowledged and never committed");
        }
    }

    /** The calling actor was told that its write failed, which a failed commit may say wrongly. */
    void failed() {
        writing.remove(Baton.self());
        landed.remove(Baton.self());
    }

    /** The watch goes on under another baton. */
    void goesOnWith(Baton next) {
        baton = next;
        writing.clear();
        landed.clear();
    }

    void mismatch(Object event) {
        throw violation("nobody else writes, and yet: " + event);
    }

    int authoritativeCommits() {
        return authoritative;
    }

    int transferCommits() {
        return transferred;
    }

    /** After each commit on a side, by a connection with this label. */
    void committed(Side side, String label) {
        try {
            check(side, label);
        } catch (SQLException | AssertionError e) {
            baton.fail(e);
        }
    }

    private void check(Side side, String label) throws SQLException {
        Seen before = seen.get(side);
        Seen now = look(side);
        seen.put(side, now);
        if (before.handover() > now.handover()) {
            throw violation("the handover number of the " + side + " went back from " + before.handover() + " to "
                    + now.handover());
        }
        if (now.role() == Role.AUTHORITY && seen.get(side.other()).role() == Role.AUTHORITY) {
            throw violation("two authorities");
        }
        Map<Long, Long> mine = label.equals(SimulatedNode.WRITERS) ? writing.remove(Baton.self()) : null;
        if (mine != null) {
            written(side, mine, now);
        }
        for (long key : history.keySet()) {
            boolean changed =
                    !Objects.equals(before.items().get(key), now.items().get(key));
            if (changed && (mine == null || !mine.containsKey(key))) {
                transferred(side, key, now);
            }
        }
        standing();
    }

    private void written(Side side, Map<Long, Long> mine, Seen now) {
        if (now.role() != Role.AUTHORITY) {
            throw violation("an authoritative commit on the " + side + ", which is " + now.role());
        }
        landed.add(Baton.self());
        authoritative++;
        mine.forEach((key, value) -> {
            if (!Objects.equals(last(key), value)) {
                history.get(key).add(value);
            }
            reached.get(side).put(key, history.get(key).size() - 1);
            if (now.journalled()) {
                covered.add(key);
            } else {
                covered.remove(key);
            }
        });
    }

    private void transferred(Side side, long key, Seen now) {
        if (now.role() != Role.COPY) {
            throw violation("a transfer of key " + key + " committed on the " + side + ", which is " + now.role());
        }
        transferred++;
        Long value = now.items().get(key);
        List<Long> states = history.get(key);
        for (int at = reached.get(side).get(key) + 1; at < states.size(); at++) {
            if (Objects.equals(states.get(at), value)) {
                reached.get(side).put(key, at);
                return;
            }
        }
        throw violation("the " + side + " went back to " + value + " under key " + key + ", whose states are " + states
                + " and which was at number " + reached.get(side).get(key));
    }

    /** What must hold after every commit. */
    private void standing() {
        Side leader = leader();
        if (leader == null) {
            return;
        }
        Seen here = seen.get(leader);
        Seen there = seen.get(leader.other());
        if (here.generation() != coveredIn) {
            coveredIn = here.generation();
            covered.clear();
        }
        for (long key : history.keySet()) {
            if (here.role() == Role.AUTHORITY && !Objects.equals(here.items().get(key), last(key))) {
                throw violation("the authority " + leader + " has "
                        + here.items().get(key) + " under key " + key + ", whose states are " + history.get(key));
            }
            boolean different =
                    !Objects.equals(here.items().get(key), there.items().get(key));
            boolean accountable =
                    intentsAtOnce && here.journalled() && (isBackfilled(here.generation()) || covered.contains(key));
            if (different
                    && accountable
                    && there.role() == Role.COPY
                    && !here.intents().contains(key)) {
                throw violation("key " + key + " is " + here.items().get(key) + " on the " + leader + " and "
                        + there.items().get(key) + " on the other side, with no intent");
            }
        }
    }

    private boolean isBackfilled(int generation) {
        return seen.get(Side.TARGET).backfilled().contains(generation);
    }

    private Side leader() {
        for (Side side : Side.values()) {
            if (seen.get(side).role() == Role.AUTHORITY) {
                return side;
            }
        }
        for (Side side : Side.values()) {
            if (seen.get(side).role() != Role.COPY && seen.get(side.other()).role() == Role.COPY) {
                return side;
            }
        }
        return null;
    }

    /** When everything has been carried over. */
    void atRest() throws SQLException {
        for (Side side : Side.values()) {
            seen.put(side, look(side));
        }
        standing();
        for (Side side : Side.values()) {
            if (!seen.get(side).intents().isEmpty()) {
                throw violation("at rest, intents are left on the " + side + ": "
                        + seen.get(side).intents());
            }
        }
        if (!seen.get(Side.ORIGIN).items().equals(seen.get(Side.TARGET).items())) {
            throw violation("at rest, the origin has " + seen.get(Side.ORIGIN).items() + " and the target "
                    + seen.get(Side.TARGET).items());
        }
        for (long key : history.keySet()) {
            if (!Objects.equals(seen.get(Side.ORIGIN).items().get(key), last(key))) {
                throw violation("at rest, key " + key + " is "
                        + seen.get(Side.ORIGIN).items().get(key) + " and should be " + last(key));
            }
        }
    }

    private Long last(long key) {
        List<Long> states = history.get(key);
        return states.get(states.size() - 1);
    }

    private Seen look(Side side) throws SQLException {
        PreparedStatement[] mine = statements.get(side);
        try (ResultSet row = mine[0].executeQuery()) {
            row.next();
            Map<Long, Long> items = new TreeMap<>();
            Set<Long> intents = new TreeSet<>();
            Role role = Role.valueOf(row.getString(1));
            long handover = row.getLong(2);
            boolean journalled = row.getBoolean(3);
            int generation = row.getInt(4);
            try (ResultSet each = mine[1].executeQuery()) {
                while (each.next()) {
                    items.put(each.getLong(1), each.getLong(2));
                }
            }
            try (ResultSet each = mine[2].executeQuery()) {
                while (each.next()) {
                    intents.add(Long.valueOf(each.getString(1)));
                }
            }
            Set<Integer> backfilled = new TreeSet<>();
            try (ResultSet each = mine[3].executeQuery()) {
                while (each.next()) {
                    backfilled.add(each.getInt(1));
                }
            }
            return new Seen(role, handover, journalled, generation, items, intents, backfilled);
        }
    }

    private AssertionError violation(String what) {
        baton.remark("VIOLATION: " + what);
        return new AssertionError(what);
    }
}
