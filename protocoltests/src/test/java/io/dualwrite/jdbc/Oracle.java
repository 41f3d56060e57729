package io.dualwrite.jdbc;

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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Looks into both databases after every commit, and knows the history of every key. Shares no code with the library. What it
 * checks are the invariants that must hold always; what it notes are the situations that must have come up sometimes.
 */
final class Oracle implements Witness {
    /** What a foreign writer's connections are labelled. */
    static final String FOREIGN = "foreign";

    /** What an actor's transaction found when it had its fence. */
    private record Fenced(Side side, long version) {}

    private final Sides<? extends SimulatedServer> servers;
    private final boolean intentsAtOnce;
    private final Set<Situation> situations = EnumSet.noneOf(Situation.class);
    private final Map<Side, Seen> seen = new HashMap<>();
    private final Map<Long, List<Long>> history = new TreeMap<>();
    private final Map<Side, Map<Long, Integer>> reached = new HashMap<>();
    private final Map<Side, Map<Long, Map<Long, Integer>>> intentOf = new HashMap<>();
    private final Set<String> settling = new HashSet<>();
    private final Set<String> bringing = new HashSet<>();
    private final Map<String, Set<Long>> sweeping = new HashMap<>();
    private final Map<String, Map<Long, Long>> writing = new HashMap<>();
    private final Map<String, Fenced> fenced = new HashMap<>();
    private final Set<String> landed = new HashSet<>();
    private final Set<Long> covered = new TreeSet<>();
    private final Set<Long> tainted = new TreeSet<>();
    private final Map<String, Set<Long>> carried = new HashMap<>();
    private final Set<String> overtaken = new HashSet<>();
    private final Map<String, String> lastStep = new HashMap<>();
    private Baton baton;
    private String ceder = "";
    private int coveredIn;

    Oracle(Baton baton, Sides<? extends SimulatedServer> servers, boolean intentsAtOnce) {
        this.intentsAtOnce = intentsAtOnce;
        this.baton = baton;
        this.servers = servers;
        for (Side side : Side.values()) {
            seen.put(side, look(side));
            reached.put(side, new HashMap<>());
            intentOf.put(side, new LinkedHashMap<>());
        }
        coveredIn = of(Side.ORIGIN).generation();
        Side leader = leader();
        for (long key = 1; key <= Scenario.MOST_KEYS; key++) {
            Long first = of(leader).items().get(key);
            history.put(key, new ArrayList<>());
            history.get(key).add(first);
            reached.get(leader).put(key, 0);
            boolean equal = Objects.equals(first, of(leader.other()).items().get(key));
            reached.get(leader.other()).put(key, equal ? 0 : -1);
        }
    }

    private Seen of(Side side) {
        return seen.get(side);
    }

    Set<Situation> situations() {
        return situations;
    }

    @Override
    public void saw(Situation situation) {
        situations.add(situation);
    }

    @Override
    public void began(Side side) {
        fenced.put(Baton.self(), new Fenced(side, of(side).version()));
    }

    @Override
    public void writing(Map<Long, Long> values, Set<Long> swept) {
        writing.put(Baton.self(), new TreeMap<>(values));
        sweeping.put(Baton.self(), swept);
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

    /**
     * The calling actor's write failed because that server refused something; {@code authority} was all along where the actor
     * took it to be, if the handover number is still the same.
     */
    void refused(Side authority, long handoverBefore, String server) {
        if (authority() == authority
                && handover() == handoverBefore
                && servers.of(authority.other()).name().equals(server)) {
            throw violation("a write failed because of its copy, the " + authority.other());
        }
    }

    /** The watch goes on under another baton. */
    void goesOnWith(Baton next) {
        baton = next;
        writing.clear();
        landed.clear();
    }

    @Override
    public void settling(boolean begins) {
        if (begins) {
            settling.add(Baton.self());
            bringing.add(Baton.self());
        } else {
            settling.remove(Baton.self());
        }
    }

    /** The calling actor has waited for somebody's stripe. */
    void waitedForAStripe() {
        saw(settling.contains(Baton.self()) ? Situation.SETTLED_BEHIND_A_TRANSFER : Situation.WAITED_FOR_A_STRIPE);
    }

    /** A verification has confirmed a difference. */
    void mismatch(long key, boolean sameFromTheBeginning) {
        if (tainted.contains(key)) {
            saw(Situation.MISMATCH_CONFIRMED);
        } else if (sameFromTheBeginning) {
            throw violation("nobody else writes, and yet a mismatch of key " + key + " was confirmed");
        }
    }

    @Override
    public void carrying(Set<Long> keys) {
        carried.put(Baton.self(), keys);
        overtaken.remove(Baton.self());
    }

    @Override
    public void carriedOver(boolean done, boolean backfilling) {
        Set<Long> keys = carried.remove(Baton.self());
        if (done && overtaken.remove(Baton.self())) {
            saw(Situation.CHANGED_DURING_A_TRANSFER);
        }
        if (done && backfilling && keys != null && keys.stream().anyMatch(key -> last(key) == null)) {
            saw(Situation.BACKFILL_MET_A_DELETION);
        }
    }

    /** How many states a key has had so far. */
    int states(long key) {
        return history.get(key).size();
    }

    /** A strict read that began when there were {@code before} states was answered. */
    void strictly(long key, int before, Long value, long handoverBefore) {
        List<Long> states = history.get(key);
        // The write that is just being committed may be seen before the hook has told of it; the store tells at once.
        if (states.subList(before - 1, states.size()).stream().noneMatch(state -> Objects.equals(state, value))) {
            throw violation("a strict read of key " + key + " answered " + value
                    + ", which was not the authority's state" + " at any time during the read; states are " + states
                    + ", of which " + before + " were old");
        }
        if (handoverBefore < handover()) {
            saw(Situation.READ_ACROSS_A_HANDOVER);
        }
    }

    /** The highest handover number there is. */
    long handover() {
        return Math.max(of(Side.ORIGIN).handover(), of(Side.TARGET).handover());
    }

    /** The side whose row says AUTHORITY, or null. */
    Side authority() {
        for (Side side : Side.values()) {
            if (of(side).role() == Role.AUTHORITY) {
                return side;
            }
        }
        return null;
    }

    /** The calling actor has made a step of a handover. */
    void stepped(String step) {
        String actor = Baton.self();
        lastStep.put(actor, step);
        if (step.equals("ceded")) {
            ceder = actor;
        } else if ((step.equals("took over") || step.equals("follows")) && !actor.equals(ceder) && !ceder.isEmpty()) {
            saw(Situation.SETTLED_BY_ANOTHER);
        } else if (step.equals("opened again") && actor.startsWith("writer")) {
            saw(Situation.REOPENED_BY_A_WRITER);
        }
    }

    /** An actor was killed. */
    void killed(String actor) {
        if (bringing.remove(actor)) {
            saw(Situation.RANGE_OUTLIVED_ITS_RELAY);
        }
        if (!actor.startsWith("coordinator")) {
            return;
        }
        switch (lastStep.getOrDefault(actor, "")) {
            case "closed" -> {
                for (Side side : Side.values()) {
                    if (of(side).role() == Role.CLOSED) {
                        saw(of(side).intents().isEmpty() ? Situation.KILLED_AFTER_DRAIN : Situation.KILLED_AFTER_CLOSE);
                    }
                }
            }
            case "ceded" -> saw(Situation.KILLED_AFTER_CEDE);
            case "took over" -> saw(Situation.KILLED_AFTER_TAKE_OVER);
            default -> {
                return;
            }
        }
    }

    /** A server crashes, or is not there for a while. */
    void serverLost(boolean staysDown) {
        for (Side side : Side.values()) {
            if (of(side).role() == Role.CEDED && of(side.other()).handover() < of(side).handover()) {
                saw(staysDown ? Situation.DOWN_AFTER_CEDE : Situation.CRASHED_AFTER_CEDE);
            }
        }
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
        Seen before = of(side);
        Seen now = look(side);
        seen.put(side, now);
        rows(side, before, now);
        Map<Long, Long> mine = label.equals(SimulatedNode.WRITERS) ? writing.remove(Baton.self()) : null;
        if (mine != null) {
            for (long key : sweeping.getOrDefault(Baton.self(), Set.of())) {
                if (!Objects.equals(before.items().get(key), now.items().get(key))) {
                    mine.putIfAbsent(key, now.items().get(key));
                    saw(Situation.SWEPT);
                }
            }
            written(side, mine, before, now);
        }
        for (long key : history.keySet()) {
            boolean changed =
                    !Objects.equals(before.items().get(key), now.items().get(key));
            if (changed && label.equals(FOREIGN)) {
                tainted.add(key);
                reached.get(side).put(key, -1);
            } else if (changed && (mine == null || !mine.containsKey(key))) {
                transferred(side, key, now);
            }
        }
        intents(side, before, now);
        standing();
    }

    /** What may never happen to a control row, and what should happen sometimes. */
    private void rows(Side side, Seen before, Seen now) {
        if (before.handover() > now.handover()) {
            throw violation("the handover number of the " + side + " went back from " + before.handover() + " to "
                    + now.handover());
        }
        if (before.version() > now.version()) {
            throw violation("the version of the " + side + "'s row went back");
        }
        if (now.role() == Role.AUTHORITY && of(side.other()).role() == Role.AUTHORITY) {
            throw violation("two authorities");
        }
        if (before.role() == Role.AUTHORITY && now.role() == Role.AUTHORITY) {
            boolean begins = before.stage() == Stage.OFF && now.stage() == Stage.JOURNAL;
            if (Math.abs(before.stage().ordinal() - now.stage().ordinal()) > 1
                    || now.generation() != before.generation() + (begins ? 1 : 0)) {
                throw violation("the " + side + " went from " + before.stage() + " in generation " + before.generation()
                        + " to " + now.stage() + " in generation " + now.generation());
            }
        }
        boolean opened = before.role() == Role.COPY && now.role() == Role.AUTHORITY;
        if (opened) {
            saw(side == Side.TARGET ? Situation.FLIPPED : Situation.ROLLED_BACK);
            Seen other = of(side.other());
            if (!other.intents().isEmpty() && intentsAtOnce) {
                throw violation("the " + side + " took over while intents were left on the other side");
            }
        }
        if (now.role() == Role.AUTHORITY && now.stage() == Stage.RAMP_DOWN) {
            saw(Situation.RAMP_DOWN);
        }
        if (now.role() == Role.AUTHORITY && now.stage() == Stage.COMPLETE) {
            saw(Situation.COMPLETE);
        }
        if (side == Side.ORIGIN && before.generation() > 0 && now.generation() > before.generation()) {
            saw(Situation.SECOND_GENERATION);
        }
        if (before.clean().stream().anyMatch(generation -> !now.clean().contains(generation))) {
            saw(Situation.CLEAN_PASS_VOIDED);
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
        landed.add(Baton.self());
        mine.forEach((key, value) -> {
            if (!Objects.equals(last(key), value)) {
                history.get(key).add(value);
            }
            reached.get(side).put(key, states(key) - 1);
            if (now.journalled()) {
                covered.add(key);
                boolean noted = now.intents().entrySet().stream()
                        .anyMatch(each -> each.getValue().contains(key)
                                && !before.intents().containsKey(each.getKey()));
                if (intentsAtOnce && !noted) {
                    throw violation("key " + key + " was changed on the " + side + " without an intent");
                }
            } else {
                covered.remove(key);
            }
            carried.forEach((actor, keys) -> {
                if (keys.contains(key)) {
                    overtaken.add(actor);
                }
            });
        });
    }

    private void transferred(Side side, long key, Seen now) {
        if (now.role() != Role.COPY) {
            throw violation("a transfer of key " + key + " committed on the " + side + ", which is " + now.role());
        }
        if (side == Side.TARGET && of(Side.ORIGIN).generation() == 0) {
            throw violation("key " + key + " was written to the target before anything was begun");
        }
        Long value = now.items().get(key);
        if (tainted.contains(key) && Objects.equals(value, last(key))) {
            tainted.remove(key);
        }
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

    /** An intent may go only when the copy has had the state that it stands for, or a later one. */
    private void intents(Side side, Seen before, Seen now) {
        Map<Long, Map<Long, Integer>> standsFor = intentOf.get(side);
        now.intents()
                .forEach((id, keys) -> standsFor.computeIfAbsent(id, any -> {
                    Map<Long, Integer> indexes = new TreeMap<>();
                    keys.forEach(key -> indexes.put(key, states(key) - 1));
                    return indexes;
                }));
        before.intents().forEach((id, keys) -> {
            Map<Long, Integer> indexes = now.intents().containsKey(id) ? null : standsFor.remove(id);
            if (indexes != null) {
                indexes.forEach((key, index) -> removed(side, key, index));
                if (keys.size() > 1) {
                    saw(Situation.RANGE_BROUGHT_OVER);
                    bringing.remove(Baton.self());
                }
            }
        });
    }

    private void removed(Side side, long key, int index) {
        if (tainted.contains(key) || !intentsAtOnce) {
            return;
        }
        Long copied = of(side.other()).items().get(key);
        List<Long> states = history.get(key);
        if (states.subList(index, states.size()).stream().noneMatch(state -> Objects.equals(state, copied))) {
            throw violation("an intent of key " + key + " was removed on the " + side
                    + ", which stood for state number " + index + " of " + states + ", while the copy has " + copied);
        }
    }

    /** What must hold after every commit. */
    private void standing() {
        Side leader = leader();
        if (leader == null) {
            return;
        }
        Seen here = of(leader);
        Seen there = of(leader.other());
        if (here.generation() != coveredIn) {
            coveredIn = here.generation();
            covered.clear();
        }
        for (long key : history.keySet()) {
            boolean final_ = here.role() == Role.AUTHORITY || here.role() == Role.CLOSED;
            if (final_ && !Objects.equals(here.items().get(key), last(key))) {
                throw violation("the authority " + leader + " has "
                        + here.items().get(key) + " under key " + key + ", whose states are " + history.get(key));
            }
            boolean different =
                    !Objects.equals(here.items().get(key), there.items().get(key));
            boolean accountable = intentsAtOnce
                    && here.journalled()
                    && !tainted.contains(key)
                    && (of(Side.TARGET).backfilled().contains(here.generation()) || covered.contains(key));
            if (different && accountable && there.role() == Role.COPY && !here.hasIntent(key)) {
                throw violation("key " + key + " is " + here.items().get(key) + " on the " + leader + " and "
                        + there.items().get(key) + " on the other side, with no intent");
            }
        }
    }

    private Side leader() {
        Side authority = authority();
        if (authority != null) {
            return authority;
        }
        for (Side side : Side.values()) {
            if (of(side).role() != Role.COPY && of(side.other()).role() == Role.COPY) {
                return side;
            }
        }
        return null;
    }

    /** When everything has been carried over; a completed migration carries nothing over any more. */
    void atRest() {
        for (Side side : Side.values()) {
            seen.put(side, look(side));
        }
        standing();
        Side authority = authority();
        if (authority == null) {
            throw violation("at rest, nobody has the authority");
        }
        for (long key : history.keySet()) {
            if (!Objects.equals(of(authority).items().get(key), last(key))) {
                throw violation("at rest, key " + key + " is "
                        + of(authority).items().get(key) + " and should be " + last(key));
            }
        }
        if (of(authority).stage() == Stage.COMPLETE) {
            if (of(Side.ORIGIN).role() != Role.CLOSED) {
                throw violation(
                        "completed, and the origin is " + of(Side.ORIGIN).role());
            }
            return;
        }
        for (Side side : Side.values()) {
            if (!of(side).intents().isEmpty()) {
                throw violation("at rest, intents are left on the " + side + ": " + of(side).intents());
            }
        }
        if (!of(Side.ORIGIN).items().equals(of(Side.TARGET).items())) {
            throw violation("at rest, the origin has " + of(Side.ORIGIN).items() + " and the target "
                    + of(Side.TARGET).items());
        }
    }

    private Long last(long key) {
        List<Long> states = history.get(key);
        return states.get(states.size() - 1);
    }

    private Seen look(Side side) {
        return Seen.on(servers.of(side), side);
    }

    private AssertionError violation(String what) {
        baton.remark("VIOLATION: " + what);
        return new AssertionError(what);
    }
}
