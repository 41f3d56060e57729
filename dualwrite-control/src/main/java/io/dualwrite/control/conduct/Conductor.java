package io.dualwrite.control.conduct;

import io.dualwrite.Migration;
import io.dualwrite.control.conduct.Journey.Phase;
import io.dualwrite.control.health.HealthCheck;
import io.dualwrite.control.rollback.RollbackPlan;
import io.dualwrite.control.rollback.RollbackRun;
import io.dualwrite.control.rollback.StepTime;
import io.dualwrite.control.rollback.StepTimes;
import io.dualwrite.event.Fault;
import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.AuthorityForced;
import io.dualwrite.event.MigrationEvent.HandoverMeasured;
import io.dualwrite.event.MigrationEvent.HandoverStuck;
import io.dualwrite.event.MigrationEvent.MismatchConfirmed;
import io.dualwrite.event.MigrationEvent.Quarantined;
import io.dualwrite.event.MigrationEvent.ServerChanged;
import io.dualwrite.event.Subscription;
import io.dualwrite.fence.ControlException;
import io.dualwrite.repair.BackgroundJob;
import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.repair.Steps;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Walks a migration through its stages: forward when every gate holds, back when somebody says so. Every node of an
 * application opens one over the same plan and the same store; whichever finds that a step may be made claims it with a
 * compare-and-set and makes it. Each step is {@link Migration#step}, with every gate that the library has of its own: a
 * conductor adds reasons against a step, and takes none away.
 *
 * <p>No decision looks at a time of day. For how long a stage was watched is added up in the store, by time that some node
 * really watched it; a node that slept, or that starts again, makes it longer and never shorter. A record found to differ,
 * another server, a quarantined record begin it anew.
 *
 * <p>Thread-safe. Owns one daemon thread, {@code dualwrite-<migration>-conductor}; {@link #close()} ends it. Orders and
 * questions block on the stores, and on a step under way. Longer than others, since each order of a person and each look of the
 * thread is one change of the same journey.
 */
public final class Conductor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Conductor.class);
    private static final int TRIES = 5;
    private static final int LOOKS_APART = 3;
    private static final Duration SOAK_KEPT_EVERY = Duration.ofSeconds(10);
    private static final int MOST_TIMES = 100;
    private static final Set<Class<? extends MigrationEvent>> SPOILERS = Set.of(
            AuthorityForced.class,
            HandoverStuck.class,
            MismatchConfirmed.class,
            Quarantined.class,
            ServerChanged.class);

    private final Migration migration;
    private final ConductPlan plan;
    private final JourneyStore store;
    private final StepTimes times;
    private final ConductSettings settings;
    private final Fleet fleet;
    private final StepGates gates;
    private final Subscription listening;
    private final Queue<StepTime> measured = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable String> spoiled = new AtomicReference<>();
    private volatile Journey seen = Journey.FIRST;
    private volatile List<GateFinding> found = List.of();
    private volatile @Nullable BackgroundJob job;
    private long seenAt;
    private long watchedNanos;
    private long lastLook;
    private boolean looked;
    private long beat;

    private Conductor(
            Migration migration, ConductPlan plan, JourneyStore store, StepTimes times, ConductSettings settings) {
        this.migration = migration;
        this.plan = plan;
        this.store = store;
        this.times = times;
        this.settings = settings;
        this.fleet = new Fleet(settings.node(), plan.nodes(), plan.nodeGoneAfter());
        this.gates = new StepGates(migration, plan, fleet, settings.pace());
        this.listening = migration.listen(this::heard);
    }

    /** Takes part in the migration's journey from now on; moves nothing by that. */
    public static Conductor open(
            Migration migration, ConductPlan plan, JourneyStore store, StepTimes times, ConductSettings settings) {
        Conductor conductor = new Conductor(migration, plan, store, times, settings);
        conductor.job = new BackgroundJob("dualwrite-" + migration.name() + "-conductor", settings.poll(), () -> {
            conductor.look();
            return false;
        });
        return conductor;
    }

    /** One without a thread, which looks when it is told to. */
    static Conductor byHand(
            Migration migration, ConductPlan plan, JourneyStore store, StepTimes times, ConductSettings settings) {
        return new Conductor(migration, plan, store, times, settings);
    }

    /** The name of the migration that it walks. */
    public String migration() {
        return migration.name();
    }

    /**
     * Sets out for a later stage: from here on every step is made as soon as its gates hold.
     *
     * @return what stands against the next step now; empty when nothing does
     * @throws IllegalStateException when it is held or goes back, or is there or beyond
     * @throws Exception what the store threw
     */
    public List<GateFinding> travel(Stage goal, String who) throws Exception {
        if (goal == Stage.FROZEN) {
            throw new IllegalArgumentException("FROZEN is passed through, never stopped at; ask for SHADOW or LIVE");
        }
        Stage here = stageInStores();
        Journey gone = order(who, "sets out for " + goal, known -> {
            refuse(known.phase() == Phase.HELD, "it is held: " + known.why());
            refuse(known.phase() == Phase.ABORTING, "it goes back: " + known.why());
            refuse(goal.compareTo(here) <= 0, "it is at " + here + " already; abort(who, why) leads back");
            return known.to(Phase.TRAVELLING, goal, who + " sent it to " + goal);
        });
        List<GateFinding> against = gates.against(gone, here, Steps.next(here, goal), true);
        wake();
        return against.stream().filter(finding -> !finding.holds()).toList();
    }

    /** Answers for going to this stage, in this generation and until it has gone back. Moves nothing by itself. */
    public void approve(Stage stage, String who) throws Exception {
        if (stage == Stage.OFF || stage == Stage.FROZEN) {
            throw new IllegalArgumentException(stage + " needs nobody's approval");
        }
        order(who, "approves of " + stage, known -> {
            refuse(known.phase() == Phase.ABORTING, "it goes back: " + known.why());
            return known.approved(stage, who);
        });
        wake();
    }

    /**
     * Makes no step any more until {@link #resume}. A step that a node has claimed before is ended: {@link Journey#step} of
     * the journey returned tells whether there is one.
     *
     * @throws IllegalStateException when it goes back
     */
    public Journey hold(String who, String why) throws Exception {
        return order(who, "holds: " + why, known -> {
            refuse(known.phase() == Phase.ABORTING, "it goes back: " + known.why());
            return known.to(Phase.HELD, known.goal(), "held by " + who + ": " + why);
        });
    }

    /**
     * Goes on where it was held.
     *
     * @throws IllegalStateException when it is not held
     */
    public Journey resume(String who) throws Exception {
        Journey gone = order(who, "goes on", known -> {
            refuse(known.phase() != Phase.HELD, "it is not held, but " + known.phase());
            Phase next = known.goal() == null ? Phase.RESTING : Phase.TRAVELLING;
            return known.to(next, known.goal(), who + " let it go on");
        });
        wake();
        return gone;
    }

    /**
     * Goes back, from any stage but COMPLETE and in any phase: to {@link ConductPlan#abortTo}, or stays where it is when it is
     * not as far. What is in the way is tried again, for as long as {@link
     * io.dualwrite.control.rollback.RollbackOptions#patience} here, and then by every node until it is done. Blocks meanwhile.
     *
     * @return what was done here; complete, or with what is in the way
     * @throws IllegalStateException at COMPLETE: there is no way back
     * @throws Exception what the store threw. Nothing was begun then: {@link #rollbackPlan} can be run without the store
     */
    public RollbackRun abort(String who, String why) throws Exception {
        Stage here = stageInStores();
        refuse(here == Stage.COMPLETE, "there is no way back from COMPLETE");
        Stage end = here.compareTo(plan.abortTo()) < 0 ? here : plan.abortTo();
        Journey aborting =
                order(who, "goes back: " + why, known -> known.aborting(end, "aborted by " + who + ": " + why));
        return goBack(aborting);
    }

    /** The way back from where the migration is, as an abort would go it. Blocks on the stores. */
    public RollbackPlan rollbackPlan() {
        Stage here = stageInStores();
        return back(here, here.compareTo(plan.abortTo()) < 0 ? here : plan.abortTo());
    }

    /** {@link #rollbackPlan} as Markdown, with how long each step took so far. */
    public String rollbackPage() throws Exception {
        return rollbackPlan().markdown(times.of(migration.name()));
    }

    /**
     * A dry run: every step from here to {@code goal}, each with what every gate says now. Of steps beyond the first one the
     * stores tell what they can before those in between are made. Makes no step. Blocks on the stores.
     */
    public List<StepForecast> forecast(Stage goal) throws Exception {
        if (goal == Stage.FROZEN) {
            throw new IllegalArgumentException("FROZEN is passed through, never stopped at; ask for SHADOW or LIVE");
        }
        return gates.forecast(store.read(migration.name()), stageInStores(), goal);
    }

    /** Where the journey stands, as this node has last seen it. Never blocks. */
    public Journey state() {
        return seen;
    }

    /** What stood against the next step at this node's last look; empty when it is not travelling. Never blocks. */
    public List<GateFinding> against() {
        return found.stream().filter(finding -> !finding.holds()).toList();
    }

    /** Why the fleet is not known to be complete and of one opinion; empty when it is. Never blocks for long. */
    public List<String> fleetDisagreements() {
        return fleet.against(migration.stage(), settings.pace().nanos());
    }

    /**
     * A health check {@code fleet}: DEGRADED while nodes are missing or go by different stages.
     *
     * @param slowAfter more than zero; {@code within} no less
     */
    public HealthCheck fleetCheck(Duration slowAfter, Duration within) {
        return new HealthCheck("fleet", false, slowAfter, within, () -> {
            List<String> reasons = fleetDisagreements();
            return reasons.isEmpty() ? HealthCheck.Answer.UP : HealthCheck.Answer.degraded(String.join("; ", reasons));
        });
    }

    /** Every change so far, the oldest first. Blocks on the store. */
    public List<JourneyEntry> audit() throws Exception {
        return store.audit(migration.name());
    }

    /** Ends this node's part; the journey stays where it is. Idempotent. */
    @Override
    public void close() {
        BackgroundJob looking = job;
        if (looking != null) {
            looking.close();
        }
        listening.close();
        try {
            store.forget(migration.name(), settings.node());
        } catch (Exception later) {
            LOG.info("{} could not take itself off the list ({}); others see it go", settings.node(), Fault.of(later));
        }
    }

    /** Looks once: tells of itself, notes for how long the stage was watched, and makes a step when one may be made. */
    synchronized void look() throws Exception {
        Stage here = migration.stage();
        long now = settings.pace().nanos();
        watchedNanos +=
                looked ? Math.min(now - lastLook, LOOKS_APART * settings.poll().toNanos()) : 0;
        lastLook = now;
        looked = true;
        adopt(store.read(migration.name()));
        store.report(migration.name(), new NodeSight(settings.node(), ++beat, here));
        for (String gone : fleet.see(store.sights(migration.name()), now)) {
            store.forget(migration.name(), gone);
        }
        keepTimes();
        if (here == Stage.FROZEN || !isSeenWhereItIs(here) || !soak()) {
            return;
        }
        Journey at = seen;
        Stage goal = at.goal();
        if (goal == null || at.phase() == Phase.HELD || isClaimedByAnother(at)) {
            found = List.of();
        } else if (at.phase() == Phase.ABORTING) {
            goBack(at);
        } else {
            goOn(at, here, Steps.next(here, goal));
        }
    }

    /** Notes a stage that was come to otherwise; false when somebody else has changed the journey meanwhile. */
    private boolean isSeenWhereItIs(Stage here) throws Exception {
        Journey at = seen;
        if (at.at() == here) {
            return true;
        }
        // What this node knows may be old: the stores decide.
        Stage really = migration.status().stage().orElse(null);
        if (really != here) {
            return false;
        }
        String text = at.at() == null ? "first seen at " + here : "was found at " + here + ", not at " + at.at();
        return write(at, at.arrived(here, text), settings.node(), text);
    }

    /** Adds up for how long the stage was watched; false when somebody else has changed the journey meanwhile. */
    private boolean soak() throws Exception {
        String because = spoiled.get();
        if (because != null && seen.soaked().isZero()) {
            spoiled.compareAndSet(because, null);
            watchedNanos = 0;
            return true;
        }
        if (because != null) {
            String text = "watched anew: " + because;
            boolean written = write(seen, seen.soaked(Duration.ZERO), settings.node(), text);
            if (written) {
                spoiled.compareAndSet(because, null);
            }
            return written;
        }
        Duration needed = plan.soakAt(stageOf(seen));
        Duration longer = seen.soaked().plusNanos(watchedNanos);
        boolean kept = seen.soaked().compareTo(needed) >= 0
                || (longer.compareTo(needed) < 0 && watchedNanos < SOAK_KEPT_EVERY.toNanos());
        if (kept) {
            return true;
        }
        Journey soaked = seen.soaked(longer);
        boolean written = store.change(migration.name(), seen, soaked, null);
        if (written) {
            adopt(soaked);
        }
        return written;
    }

    private static Stage stageOf(Journey journey) {
        Stage at = journey.at();
        return at == null ? Stage.OFF : at;
    }

    private boolean isClaimedByAnother(Journey at) {
        return at.step() != null
                && settings.pace().nanos() - seenAt <= plan.nodeGoneAfter().toNanos();
    }

    private void goOn(Journey at, Stage here, Stage next) throws Exception {
        List<GateFinding> findings = gates.against(at, here, next, false);
        if (findings.stream().allMatch(GateFinding::holds)) {
            findings = gates.against(at, here, next, true);
        }
        found = findings;
        if (!findings.stream().allMatch(GateFinding::holds)) {
            return;
        }
        String intent = "steps from " + here + " to " + next;
        if (!write(at, at.stepping(next, intent), settings.node(), intent)) {
            return;
        }
        Journey claimed = seen;
        long begun = settings.pace().nanos();
        String outcome;
        try {
            migration.step(here, next);
            Duration took = Duration.ofNanos(settings.pace().nanos() - begun);
            keep(new StepTime(here + " → " + next, took, false, settings.clock().instant()));
            outcome = "came from " + here + " to " + next + " in " + took.toMillis() + " ms";
            write(claimed, claimed.arrived(next, outcome), settings.node(), outcome);
            found = List.of();
            return;
        } catch (StageRefusedException refused) {
            found = List.of(new GateFinding("stores", refused.reasons()));
            outcome = "was refused " + next + ": " + String.join("; ", refused.reasons());
        } catch (ControlException unreachable) {
            found = List.of(new GateFinding("stores", List.of(String.valueOf(unreachable.getMessage()))));
            outcome = "could not step to " + next + ": " + unreachable.getMessage();
        }
        write(claimed, claimed.stepping(null, outcome), settings.node(), outcome);
    }

    /** Goes the way back as far as it leads now. */
    private synchronized RollbackRun goBack(Journey aborting) throws Exception {
        Stage end = aborting.goal() == null ? plan.abortTo() : aborting.goal();
        adopt(aborting);
        String intent = "goes back to " + end;
        if (!write(aborting, aborting.stepping(end, aborting.why()), settings.node(), intent)) {
            if (stageInStores().compareTo(end) <= 0) {
                // This node's own thread, or another node, was faster.
                return new RollbackRun(List.of(), true);
            }
            return new RollbackRun(
                    List.of(new RollbackRun.Made(
                            "claim", Duration.ZERO, List.of("another node is at it, or has changed the journey"))),
                    false);
        }
        Journey claimed = seen;
        Stage here = stageInStores();
        RollbackRun run = back(here, here.compareTo(end) < 0 ? here : end).run(false, this::keep);
        Stage reached = stageInStores();
        String outcome = run.complete()
                ? claimed.why() + "; it is at " + reached
                : "the way back is not free: " + String.join("; ", run.against());
        found = run.complete() ? List.of() : List.of(new GateFinding("way back", run.against()));
        Journey next = run.complete() ? claimed.rested(reached, outcome) : claimed.stepping(null, claimed.why());
        write(claimed, next, settings.node(), outcome);
        return run;
    }

    private RollbackPlan back(Stage from, Stage to) {
        return RollbackPlan.of(migration, from, to, plan.rollback());
    }

    private Stage stageInStores() {
        return migration
                .status()
                .stage()
                .orElseThrow(() -> new IllegalStateException("Journey of " + migration.name()
                        + ": nobody can tell the stage, since a side cannot be read; make it reachable"));
    }

    private Journey order(String who, String what, UnaryOperator<Journey> change) throws Exception {
        if (who.isBlank()) {
            throw new IllegalArgumentException("An order says who gives it");
        }
        for (int left = TRIES; left > 0; left--) {
            Journey known = store.read(migration.name());
            Journey to = change.apply(known);
            if (store.change(migration.name(), known, to, entry(to, who, what))) {
                return to;
            }
        }
        throw new IllegalStateException("Journey of " + migration.name() + ": others kept changing it; try again");
    }

    private void refuse(boolean wrong, String why) {
        if (wrong) {
            throw new IllegalStateException("Journey of " + migration.name() + ": " + why);
        }
    }

    private boolean write(Journey from, Journey to, String who, String what) throws Exception {
        boolean written = store.change(migration.name(), from, to, entry(to, who, what));
        if (written) {
            LOG.info("{}: {}", migration.name(), what);
            adopt(to);
        }
        return written;
    }

    private JourneyEntry entry(Journey to, String who, String what) {
        return new JourneyEntry(to.version(), settings.clock().instant(), who, to.phase(), to.at(), what);
    }

    private synchronized void adopt(Journey now) {
        if (now.version() != seen.version() || seen.at() == null) {
            // What was watched before belongs to another version, and may have been counted by whoever made this one.
            watchedNanos = 0;
            seenAt = settings.pace().nanos();
            seen = now;
        }
    }

    private void heard(MigrationEvent event) {
        if (SPOILERS.contains(event.getClass())) {
            spoiled.set(event.getClass().getSimpleName());
        } else if (event instanceof HandoverMeasured handover
                && handover.completed()
                && handover.from() == Side.ORIGIN
                && measured.size() < MOST_TIMES) {
            // Kept at the next look: whoever tells this is in the middle of a switch.
            measured.add(new StepTime(
                    "SHADOW → LIVE" + RollbackPlan.WRITERS_WAIT,
                    handover.closed(),
                    false,
                    settings.clock().instant()));
        }
    }

    private void keepTimes() {
        for (StepTime time = measured.poll(); time != null; time = measured.poll()) {
            keep(time);
        }
    }

    /** A time that cannot be kept is no reason to stop on a way back. */
    private void keep(StepTime time) {
        try {
            times.keep(migration.name(), time);
        } catch (Exception lost) {
            LOG.warn("How long {} took could not be kept ({})", time.step(), Fault.of(lost));
        }
    }

    private void wake() {
        BackgroundJob looking = job;
        if (looking != null) {
            looking.wake();
        }
    }
}
