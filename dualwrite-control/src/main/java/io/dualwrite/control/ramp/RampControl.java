package io.dualwrite.control.ramp;

import io.dualwrite.Migration;
import io.dualwrite.control.evidence.Evidence;
import io.dualwrite.control.ramp.Ruling.Verdict;
import io.dualwrite.event.Fault;
import io.dualwrite.event.MigrationEvent.StageMoved;
import io.dualwrite.event.Subscription;
import io.dualwrite.repair.BackgroundJob;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Takes a migration's read ramp up on evidence, and back by itself. Every node of an application opens one over the same plan
 * and the same store.
 *
 * <p>Two speeds. Each node has limits of its own, and sends its reads to the source on the thread of the answer that reaches
 * one, needing nobody. About twice a second it reports what it has counted, reads what all have, judges, and writes the next
 * state where one follows: a compare-and-set, so that however many nodes judge, one decides.
 *
 * <p>No decision looks at a time of day: durations are each node's own, since it saw the state, so that a restarted node waits
 * longer and never shorter.
 *
 * <p>Thread-safe. Owns one daemon thread, {@code dualwrite-<migration>-ramp}; {@link #close()} ends it, and sends this node's
 * reads to the source.
 */
public final class RampControl implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RampControl.class);
    /** No gate can be called so. */
    private static final String ASKED = "#asked";

    private static final String LOAD = "#load";
    private static final double PRACTICALLY_ALL = 0.99;
    private static final int TRIES = 5;

    private final Migration migration;
    private final RampPlan plan;
    private final RampStore store;
    private final RampSettings settings;
    private final RampMachine machine;
    private final FleetJudge judge;
    private final LocalFindings findings;
    private final ReadSensor sensor;
    private final Share share;
    private final List<Subscription> subscriptions = new ArrayList<>();
    private final @Nullable RampMeters meters;
    private final Map<String, Beat> beats = new HashMap<>();
    private final Map<String, Verdict> verdicts = new HashMap<>();
    private volatile @Nullable RampState seen;
    private volatile long seenAt;
    private volatile @Nullable Judgement judgement;
    private volatile @Nullable BackgroundJob job;
    private volatile boolean blind;
    private volatile @Nullable String left;
    private long beat;
    private int errorsInARow;

    private record Beat(long beat, long at) {}

    private RampControl(Migration migration, RampPlan plan, RampStore store, RampSettings settings) {
        this.migration = migration;
        this.plan = plan;
        this.store = store;
        this.settings = settings;
        this.machine = new RampMachine(plan);
        this.judge = new FleetJudge(plan);
        this.share = new Share(migration::rampTo, settings.pace(), plan.keepShare());
        this.sensor = new ReadSensor(() -> migration.stage() == Stage.SHADOW, plan, this::expire, this::trip);
        this.findings = new LocalFindings(plan, sensor);
        subscriptions.add(migration.watchReads(sensor));
        this.meters =
                settings.meters() == null ? null : new RampMeters(settings.meters(), migration.name(), this::state);
        subscriptions.add(migration.listen(sensor));
        subscriptions.add(migration.listen(event -> {
            if (event instanceof StageMoved moved) {
                moved(moved);
            }
        }));
    }

    /** As {@link #open(Migration, RampPlan, RampStore, RampSettings)} with the default settings. */
    public static RampControl open(Migration migration, RampPlan plan, RampStore store) {
        return open(migration, plan, store, RampSettings.defaults());
    }

    /**
     * Takes part in the migration's ramp from now on. From here on {@link Migration#rampTo} is this object's to call.
     *
     * @throws IllegalStateException when this migration's reads are being watched already
     */
    public static RampControl open(Migration migration, RampPlan plan, RampStore store, RampSettings settings) {
        RampControl control = new RampControl(migration, plan, store, settings);
        control.job = new BackgroundJob("dualwrite-" + migration.name() + "-ramp", settings.poll(), () -> {
            control.look();
            return false;
        });
        return control;
    }

    /** One without a thread, which looks when it is told to. */
    static RampControl byHand(Migration migration, RampPlan plan, RampStore store, RampSettings settings) {
        return new RampControl(migration, plan, store, settings);
    }

    /** The name of the migration whose ramp it is. */
    public String migration() {
        return migration.name();
    }

    /**
     * Begins the first step.
     *
     * @param who answers for it; in the audit
     * @throws IllegalStateException with the reason, when the ramp is under way, rolled back, or the stage is not SHADOW
     * @throws Exception what the store threw
     */
    public void begin(String who) throws Exception {
        refuseBeforeShadow();
        order(who, (at, inPhase) -> machine.begin(at));
    }

    /**
     * Lets the share stay as it is. Gates stay armed.
     *
     * @throws IllegalStateException unless it is RAMPING
     * @throws Exception what the store threw
     */
    public void pause(String who, String why) throws Exception {
        order(who, (at, inPhase) -> machine.pause(at, why));
    }

    /**
     * Goes on with the step in which it was paused or held, counting from zero; or begins anew after a rollback.
     *
     * @throws IllegalStateException when there is nothing to resume, or it cools down, with how long; or the stage is not
     *     SHADOW
     * @throws Exception what the store threw
     */
    public void resume(String who) throws Exception {
        refuseBeforeShadow();
        order(who, machine::resume);
    }

    /**
     * Sends all reads to the source: this node's before the call returns, whatever becomes of the store, the others' as soon
     * as they look.
     *
     * @throws IllegalStateException when they go there already
     * @throws Exception what the store threw; this node's reads go to the source all the same
     */
    public void abort(String who, String why) throws Exception {
        try {
            order(who, (at, inPhase) -> machine.abort(at, why));
        } finally {
            // Cleared when this node sees the fleet's share at zero; written to the store by then if it was out of
            // reach.
            share.trip("aborted by " + who + ": " + why);
            wake();
        }
    }

    /** Where the ramp stands, as this node has last seen it. */
    public RampState state() {
        RampState now = seen;
        return now == null ? RampState.FIRST : now;
    }

    /** What the gates said at this node's last look. */
    public List<Ruling> rulings() {
        Judgement last = judgement;
        return last == null ? List.of() : last.rulings();
    }

    /** What the next step still needs, in words; empty when the ramp is not on its way. */
    public List<String> needs() {
        Judgement last = judgement;
        return last == null ? List.of() : machine.needs(state(), last);
    }

    /** Every change so far, the oldest first. Blocks on the store. */
    public List<RampEntry> audit() throws Exception {
        return store.audit(migration.name());
    }

    /** Ends this node's part: its reads go to the source. The fleet's state stays. Idempotent. */
    @Override
    public void close() {
        BackgroundJob looking = job;
        if (looking != null) {
            looking.close();
        }
        subscriptions.forEach(Subscription::close);
        if (meters != null) {
            meters.close();
        }
        share.end();
    }

    /** Looks once: reads the state, reports, judges, and writes what follows. One thread at a time. */
    synchronized void look() throws Exception {
        RampState now;
        try {
            now = store.read(migration.name());
        } catch (Exception unreadable) {
            if (share.isBlind()) {
                share.expire();
                goneBlind(Fault.of(unreadable));
            }
            throw unreadable;
        }
        if (blind) {
            blind = false;
            tell(new RampEvent.SeesAgain());
        }
        adopt(now);
        findings.look(settings.pace().nanos(), now.percent() > 0);
        sensor.renew();
        store.report(migration.name(), report(now));
        Judgement judged = judge(now, store.reports(migration.name(), now.epoch()));
        judgement = judged;
        tellVerdicts(judged);
        decide(now, judged);
    }

    private void decide(RampState now, Judgement judged) throws Exception {
        String tripped = share.tripped();
        String gone = gone();
        RampState to;
        if (gone != null) {
            to = machine.abort(now, gone).to();
        } else if (tripped != null) {
            to = machine.trip(now, "tripped on " + settings.node() + ": " + tripped)
                    .to();
        } else {
            to = machine.look(now, judged).orElse(now);
        }
        if (to.version() != now.version() && write(now, to, settings.node(), judged.rulings())) {
            adopt(to);
        }
    }

    /** Why the ramp is over, the migration being elsewhere; null while it is not. */
    private @Nullable String gone() {
        String seenToGo = left;
        Stage at = migration.stage();
        // Before its migration was started a node takes it for FROZEN.
        boolean elsewhere = at != Stage.SHADOW && at != Stage.FROZEN;
        // A node that has not seen the migration come to SHADOW yet must not end a ramp that another one has just
        // begun.
        return seenToGo == null && elsewhere && inPhase().compareTo(plan.keepShare()) > 0 ? left(at) : seenToGo;
    }

    private static String left(Stage to) {
        return "the migration has gone to " + to;
    }

    private void adopt(RampState now) {
        RampState before = seen;
        if (before == null || before.version() != now.version()) {
            seenAt = settings.pace().nanos();
            if (before == null || before.epoch() != now.epoch()) {
                sensor.begin(now.epoch());
                judge.restart();
                findings.restart();
            }
            errorsInARow = 0;
            seen = now;
        }
        if (!now.phase().isArmed()) {
            left = null;
        }
        share.fleet(now);
        if (before != null && before.version() != now.version()) {
            tell(new RampEvent.Moved(before, now));
        }
    }

    private NodeReport report(RampState now) {
        Map<String, Evidence> counted = new LinkedHashMap<>(findings.counted());
        counted.put(ASKED, new Evidence(0, sensor.tally().asked()));
        counted.put(LOAD, sensor.tally().load());
        List<String> holds = new ArrayList<>(findings.holds());
        if (migration.stage() != Stage.SHADOW) {
            holds.add("the migration is at " + migration.stage() + ", and a ramp goes up at SHADOW");
        }
        return new NodeReport(settings.node(), now.epoch(), ++beat, String.join("; ", holds), counted);
    }

    private Judgement judge(RampState now, List<NodeReport> reports) {
        Map<String, Evidence> fleet = new HashMap<>();
        List<String> holds = new ArrayList<>();
        for (NodeReport report : reports) {
            report.counted().forEach((gate, counted) -> fleet.merge(gate, counted, Evidence::plus));
            if (!report.hold().isEmpty() && isAlive(report)) {
                holds.add(report.node() + ": " + report.hold());
            }
        }
        List<Ruling> rulings = judge.rule(fleet, findings.locally());
        boolean error = rulings.stream().anyMatch(ruling -> ruling.critical() && ruling.verdict() == Verdict.ERROR);
        errorsInARow = error ? errorsInARow + 1 : 0;
        Evidence load = fleet.getOrDefault(LOAD, Evidence.NONE);
        long asked = (long) fleet.getOrDefault(ASKED, Evidence.NONE).all();
        boolean fullLoad =
                plan.loadTestedBy() != null || (load.all() > 0 && load.bad() >= PRACTICALLY_ALL * load.all());
        return new Judgement(rulings, inPhase(), asked, errorsInARow, fullLoad, holds);
    }

    /** A node that has not reported for as long as a share is kept holds nobody up. */
    private boolean isAlive(NodeReport report) {
        long now = settings.pace().nanos();
        Beat last = beats.get(report.node());
        if (last == null || last.beat() != report.beat()) {
            beats.put(report.node(), new Beat(report.beat(), now));
            return true;
        }
        return now - last.at() <= plan.keepShare().toNanos();
    }

    private Duration inPhase() {
        return Duration.ofNanos(settings.pace().nanos() - seenAt);
    }

    private boolean write(RampState from, RampState to, String who, List<Ruling> evidence) throws Exception {
        StringBuilder told = new StringBuilder();
        evidence.forEach(ruling -> told.append(told.length() == 0 ? "" : "; ").append(ruling));
        return store.change(
                migration.name(),
                from,
                to,
                new RampEntry(
                        to.version(),
                        settings.clock().instant(),
                        who,
                        from.phase(),
                        to.phase(),
                        from.percent(),
                        to.percent(),
                        to.why(),
                        told.toString()));
    }

    @FunctionalInterface
    private interface Order {
        RampMachine.Move given(RampState at, Duration inPhase);
    }

    private void order(String who, Order order) throws Exception {
        if (who.isBlank()) {
            throw new IllegalArgumentException("An order says who gives it");
        }
        for (int left = TRIES; left > 0; left--) {
            RampState now = store.read(migration.name());
            RampState known = seen;
            boolean isKnown = known != null && known.version() == now.version();
            RampMachine.Move move = order.given(now, isKnown ? inPhase() : Duration.ZERO);
            if (!move.isMade()) {
                throw new IllegalStateException("Ramp of " + migration.name() + ": " + move.refused());
            }
            if (write(now, move.to(), who, List.of())) {
                ordered(move.to());
                wake();
                return;
            }
        }
        throw new IllegalStateException("Ramp of " + migration.name() + ": others kept changing it; try again");
    }

    /** Whoever has given an order finds this node following it when the call returns. */
    private synchronized void ordered(RampState to) {
        RampState known = seen;
        if (known == null || known.version() < to.version()) {
            adopt(to);
        }
    }

    private void refuseBeforeShadow() {
        if (migration.stage() != Stage.SHADOW) {
            throw new IllegalStateException("Ramp of " + migration.name() + ": the migration is at " + migration.stage()
                    + ", and a ramp goes up at SHADOW");
        }
    }

    /** Back at SHADOW, be it a moment later, reads begin at the source: the target may be why. */
    private void moved(StageMoved change) {
        boolean from = change.from() == Stage.SHADOW || change.from() == Stage.FROZEN;
        if (from && change.to() != Stage.SHADOW && change.to() != Stage.FROZEN) {
            String why = left(change.to());
            // Before the wire, or a look in between would take it for a failure.
            left = why;
            if (share.trip(why)) {
                wake();
            } else {
                left = null;
            }
        }
    }

    private void trip(String why) {
        if (share.trip(why)) {
            tell(new RampEvent.Tripped(why));
            wake();
        }
    }

    private void expire() {
        if (share.expire()) {
            goneBlind(new Fault("the ramp's state was not read for " + plan.keepShare()));
        }
    }

    private void goneBlind(Fault fault) {
        if (!blind) {
            blind = true;
            tell(new RampEvent.Blind(fault));
        }
    }

    private void wake() {
        BackgroundJob looking = job;
        if (looking != null) {
            looking.wake();
        }
    }

    private void tellVerdicts(Judgement judged) {
        for (Ruling ruling : judged.rulings()) {
            if (verdicts.put(ruling.gate(), ruling.verdict()) != ruling.verdict()) {
                tell(new RampEvent.Ruled(ruling));
            }
        }
    }

    private void tell(RampEvent event) {
        boolean alarming = event instanceof RampEvent.Tripped
                || event instanceof RampEvent.Blind
                || event instanceof RampEvent.Moved moved
                        && (moved.to().phase() == RampPhase.ROLLED_BACK
                                || moved.to().phase() == RampPhase.HELD);
        LOG.atLevel(alarming ? Level.WARN : Level.INFO).log("Ramp of {}: {}", migration.name(), event);
        for (Consumer<? super RampEvent> listener : settings.listeners()) {
            try {
                listener.accept(event);
            } catch (Throwable thrown) {
                if (thrown instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                LOG.warn("A listener of the ramp of {} threw {}", migration.name(), Fault.of(thrown));
            }
        }
    }
}
