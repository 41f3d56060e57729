package io.dualwrite.jdbc;

import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.ControlView;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.testkit.simulation.Baton;
import io.dualwrite.testkit.simulation.SimulatedServer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Looks into both databases after every commit of a life in which the authority is forced, and keeps account of what either
 * side has accepted: each change leaves an intent, and the intent goes only when the other side has had the change, or when
 * somebody has decided about the record from the list. A side follows only when no intent is left. So nothing that was
 * acknowledged is lost without having stood on the list. Shares no code with the library.
 */
final class LossLedger implements Witness {
    /** What an actor's transaction found when it had its fence. */
    private record Fenced(Side side, long version) {}

    private final Sides<SimulatedServer> servers;
    private final Set<LossSituation> situations = EnumSet.noneOf(LossSituation.class);
    private final Map<Side, Seen> seen = new HashMap<>();
    /** What each side has had under each key, the oldest first. */
    private final Sides<Map<Long, List<Long>>> states = Sides.each(side -> new TreeMap<>());
    /** The number of the newest of those states that the other side has had too. */
    private final Sides<Map<Long, Integer>> handedOn = Sides.each(side -> new TreeMap<>());

    private final Sides<Map<Long, Map<Long, Integer>>> standsFor = Sides.each(side -> new HashMap<>());
    private final Map<String, ControlView> knowing = new HashMap<>();
    private final Map<String, Fenced> fenced = new HashMap<>();
    private final Map<String, Map<Long, Long>> writing = new HashMap<>();
    private final Set<String> landed = new HashSet<>();
    private final Map<String, Set<Long>> deciding = new HashMap<>();
    /** What the lost side had when it was closed. */
    private Map<Long, Long> lost = Map.of();

    private Baton baton;
    private String forcer = "";

    LossLedger(Baton baton, Sides<SimulatedServer> servers) {
        this.baton = baton;
        this.servers = servers;
        for (Side side : Side.values()) {
            Seen now = Seen.on(servers.of(side), side);
            seen.put(side, now);
            for (long key = 1; key <= Scenario.MOST_KEYS; key++) {
                List<Long> first = new ArrayList<>();
                first.add(now.items().get(key));
                states.of(side).put(key, first);
                handedOn.of(side).put(key, 0);
            }
        }
    }

    Set<LossSituation> situations() {
        return situations;
    }

    void saw(LossSituation situation) {
        situations.add(situation);
    }

    /** How often the authority was forced or handed over. */
    long handover() {
        return Math.max(seen.get(Side.ORIGIN).handover(), seen.get(Side.TARGET).handover());
    }

    /** The calling actor begins a write, and its node has seen this. */
    void knows(ControlView view) {
        knowing.put(Baton.self(), view);
    }

    @Override
    public void began(Side side) {
        fenced.put(Baton.self(), new Fenced(side, seen.get(side).version()));
    }

    @Override
    public void writing(Map<Long, Long> values, Set<Long> swept) {
        writing.put(Baton.self(), new TreeMap<>(values));
        landed.remove(Baton.self());
    }

    /** The calling actor was told that its write is done. */
    void acknowledged() {
        Map<Long, Long> left = writing.remove(Baton.self());
        boolean nothing = left != null && left.isEmpty();
        if (!landed.remove(Baton.self()) && !nothing) {
            throw violation("a write was acknowledged and never committed");
        }
    }

    /** The calling actor was told that its write failed, which a failed commit may say wrongly. */
    void failed() {
        writing.remove(Baton.self());
        landed.remove(Baton.self());
    }

    /** The calling actor decides about these records of the list from now on; about none when there are none. */
    void deciding(Set<Long> keys) {
        deciding.put(Baton.self(), keys);
    }

    /** An actor was killed. */
    void killed(String actor) {
        if (actor.equals(forcer)) {
            saw(LossSituation.KILLED_AFTER_FORCING);
        }
    }

    /** The watch goes on under another baton. */
    void goesOnWith(Baton next) {
        baton = next;
        writing.clear();
        landed.clear();
        deciding.clear();
    }

    /** After each commit on a side, by a connection with this label. */
    void committed(Side side, String label) {
        try {
            check(side, label);
        } catch (AssertionError e) {
            baton.fail(e);
        }
    }

    private void check(Side side, String label) {
        Seen before = seen.get(side);
        Seen now = Seen.on(servers.of(side), side);
        seen.put(side, now);
        row(side, before, now);
        Map<Long, Long> mine = label.equals(SimulatedNode.WRITERS) ? writing.remove(Baton.self()) : null;
        if (mine != null) {
            written(side, mine, before, now);
        }
        for (long key = 1; key <= Scenario.MOST_KEYS; key++) {
            Long value = now.items().get(key);
            if (!Objects.equals(before.items().get(key), value)) {
                if (mine == null || !mine.containsKey(key)) {
                    broughtOver(side, key, value, now);
                }
                states.of(side).get(key).add(value);
            }
        }
        intents(side, before, now);
    }

    private void row(Side side, Seen before, Seen now) {
        if (before.handover() > now.handover()
                || before.version() > now.version()
                || before.generation() > now.generation()) {
            throw violation("the row of the " + side + " went back");
        }
        Seen other = seen.get(side.other());
        boolean both = now.role() == Role.AUTHORITY && other.role() == Role.AUTHORITY;
        if (both && now.handover() == other.handover()) {
            throw violation("two authorities, of which nobody can tell which one counts");
        }
        if (before.role() != now.role() || isClosedForGood(before) != isClosedForGood(now)) {
            becomes(side, before, now, other);
        }
    }

    private void becomes(Side side, Seen before, Seen now, Seen other) {
        boolean wasLost = isClosedForGood(before);
        if (wasLost && now.role() != Role.COPY) {
            throw violation("the " + side + " was closed for good, and is " + now.role());
        }
        if (now.role() == Role.COPY && !now.intents().isEmpty()) {
            throw violation("the " + side + " follows with changes that nobody has handed on: " + now.intents());
        }
        if (isClosedForGood(now)) {
            if (other.role() != Role.AUTHORITY || other.handover() <= now.handover()) {
                throw violation("the " + side + " was closed for good, and the other one is " + other.role());
            }
            lost = now.items();
            saw(LossSituation.CLOSED_AS_LOST);
        }
        if (wasLost) {
            saw(LossSituation.READOPTED);
            if (!Baton.self().equals(forcer)) {
                saw(LossSituation.READOPTED_BY_ANOTHER);
            }
        }
        if (now.role() == Role.AUTHORITY && before.role() == Role.COPY) {
            opened(side, now);
        }
    }

    private void opened(Side side, Seen now) {
        if (side == Side.TARGET && situations.contains(LossSituation.READOPTED)) {
            saw(LossSituation.HANDED_OVER_AGAIN);
        } else if (side == Side.ORIGIN && now.stage() == Stage.DUAL_WRITE) {
            saw(forcer.isEmpty() ? LossSituation.FORCED : LossSituation.LOST_AGAIN);
            forcer = Baton.self();
        }
    }

    private void written(Side side, Map<Long, Long> mine, Seen before, Seen now) {
        if (now.role() != Role.AUTHORITY) {
            throw violation("an authoritative commit on the " + side + ", which is " + now.role());
        }
        Fenced fence = fenced.remove(Baton.self());
        if (fence != null && (fence.side() != side || fence.version() != now.version())) {
            throw violation("the row of the " + side + " changed between a writer's fence and its commit");
        }
        ControlView known = knowing.get(Baton.self());
        ControlRow other = known == null ? null : known.of(side.other());
        if (other != null && other.role() == Role.AUTHORITY && other.handover() > now.handover()) {
            throw violation("a node that had seen the authority at the " + side.other() + " wrote to the " + side);
        }
        for (long key : mine.keySet()) {
            boolean noted = now.intents().entrySet().stream()
                    .anyMatch(each ->
                            each.getValue().contains(key) && !before.intents().containsKey(each.getKey()));
            if (now.journalled() && !noted) {
                throw violation("key " + key + " was changed on the " + side + " without an intent");
            }
        }
        landed.add(Baton.self());
        if (seen.get(side.other()).role() == Role.AUTHORITY) {
            saw(LossSituation.WRITTEN_WHERE_IT_WAS_LOST);
        }
    }

    /** A value came that no writer wrote: by a transfer to a copy, or since somebody took it from the list. */
    private void broughtOver(Side side, long key, Long value, Seen now) {
        boolean taken = now.role() == Role.AUTHORITY && isDecided(key) && Objects.equals(value, lost.get(key));
        if (now.role() != Role.COPY && !taken) {
            throw violation("key " + key + " became " + value + " on the " + side + ", which is " + now.role());
        }
        int number = states.of(side.other()).get(key).lastIndexOf(value);
        if (number < 0) {
            throw violation("key " + key + " became " + value + " on the " + side + ", which the other side never had");
        }
        Map<Long, Integer> newest = handedOn.of(side.other());
        if (number < newest.get(key) && !taken) {
            throw violation("key " + key + " went back to " + value + " on the " + side);
        }
        newest.merge(key, number, Math::max);
        if (taken) {
            saw(LossSituation.TAKEN);
        }
    }

    private boolean isDecided(long key) {
        return deciding.getOrDefault(Baton.self(), Set.of()).contains(key);
    }

    private static boolean isClosedForGood(Seen side) {
        return side.role() == Role.CLOSED && !side.hasDeadline();
    }

    private void intents(Side side, Seen before, Seen now) {
        Map<Long, Map<Long, Integer>> mine = standsFor.of(side);
        now.intents()
                .forEach((id, keys) -> mine.computeIfAbsent(id, any -> {
                    Map<Long, Integer> numbers = new TreeMap<>();
                    keys.forEach(
                            key -> numbers.put(key, states.of(side).get(key).size() - 1));
                    return numbers;
                }));
        Set<Long> gone = new TreeSet<>(before.intents().keySet());
        gone.removeAll(now.intents().keySet());
        gone.forEach(id -> mine.remove(id).forEach((key, number) -> removed(side, key, number)));
    }

    private void removed(Side side, long key, int number) {
        List<Long> since = states.of(side).get(key);
        Long there = seen.get(side.other()).items().get(key);
        boolean arrived = handedOn.of(side).get(key) >= number
                || since.subList(number, since.size()).contains(there);
        if (isDecided(key) && isClosedForGood(seen.get(side))) {
            saw(arrived ? LossSituation.TAKEN : LossSituation.DROPPED);
        } else if (!arrived) {
            throw violation("an intent of key " + key + " was removed on the " + side
                    + ", which stood for state number " + number + " of " + since
                    + ", and neither has it arrived nor has anybody decided about it");
        }
    }

    /** When somebody has decided about everything, and everything has been carried over. */
    void atRest() {
        Seen origin = seen.get(Side.ORIGIN);
        Seen target = seen.get(Side.TARGET);
        boolean pair = (origin.role() == Role.AUTHORITY && target.role() == Role.COPY)
                || (target.role() == Role.AUTHORITY && origin.role() == Role.COPY);
        if (!pair || origin.handover() != target.handover()) {
            throw violation("at rest, the origin is " + origin.role() + " at " + origin.handover() + " and the target "
                    + target.role() + " at " + target.handover());
        }
        if (!origin.intents().isEmpty() || !target.intents().isEmpty()) {
            throw violation("at rest, intents are left: " + origin.intents() + " and " + target.intents());
        }
        if (!origin.items().equals(target.items())) {
            throw violation("at rest, the origin has " + origin.items() + " and the target " + target.items());
        }
    }

    private AssertionError violation(String what) {
        baton.remark("VIOLATION: " + what);
        return new AssertionError(what);
    }
}
