package io.dualwrite;

import io.dualwrite.compare.FieldFinding;
import io.dualwrite.compare.Findings;
import io.dualwrite.event.Contexts;
import io.dualwrite.event.Fault;
import io.dualwrite.event.Listeners;
import io.dualwrite.event.LoggingListener;
import io.dualwrite.event.Meters;
import io.dualwrite.event.MigrationEvent.FlagFailed;
import io.dualwrite.event.MigrationEvent.ServerChanged;
import io.dualwrite.event.MigrationEvent.StageHeld;
import io.dualwrite.event.MigrationEvent.StageMoved;
import io.dualwrite.event.MigrationEvent.WaitedOut;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.event.Subscription;
import io.dualwrite.fence.Board;
import io.dualwrite.fence.CommitHook;
import io.dualwrite.fence.ControlException;
import io.dualwrite.fence.CopyBehindException;
import io.dualwrite.fence.FenceContext;
import io.dualwrite.fence.Pace;
import io.dualwrite.fence.Transactions;
import io.dualwrite.flag.Ramp;
import io.dualwrite.flag.StageLatch;
import io.dualwrite.journal.Backlog;
import io.dualwrite.journal.Postponement;
import io.dualwrite.path.BreakerWatch;
import io.dualwrite.path.CallPolicy;
import io.dualwrite.path.GuardedFallback;
import io.dualwrite.path.ReadPath;
import io.dualwrite.path.ReadWatch;
import io.dualwrite.path.ShadowReader;
import io.dualwrite.path.WatchedReads;
import io.dualwrite.path.WritePath;
import io.dualwrite.repair.Backfill;
import io.dualwrite.repair.BackfillPlan;
import io.dualwrite.repair.BackfillReport;
import io.dualwrite.repair.BackgroundJob;
import io.dualwrite.repair.BacklogGauge;
import io.dualwrite.repair.Brakes;
import io.dualwrite.repair.ContinuousVerifier;
import io.dualwrite.repair.Handover;
import io.dualwrite.repair.MigrationStatus;
import io.dualwrite.repair.Part;
import io.dualwrite.repair.PossibleLoss;
import io.dualwrite.repair.RangeRelay;
import io.dualwrite.repair.Relay;
import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.repair.Steps;
import io.dualwrite.repair.Survey;
import io.dualwrite.repair.Suspects;
import io.dualwrite.repair.Transfer;
import io.dualwrite.repair.Verifier;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.repair.VerifyReport;
import io.dualwrite.repair.VerifyRequest;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.ControlView;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.RecordType;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A named set of record types that live in one pair of stores, share transactions, and move from one to the other together.
 *
 * <p>Once started, the copy follows in the background and, where there is a flag, the stage walks towards its wish, one
 * step at a time, each refused unless its gates hold. Every node of an application runs the same migration; the truth is in
 * the two control rows. Thread-safe. Owns four daemon threads named {@code dualwrite-<name>-<job>}, a fifth where it
 * verifies continuously, and those of its calls to the copy; {@link #close()} ends them all.
 *
 * <p>This class wires the rooms of the library together and does nothing else, which is why it is longer than others.
 */
public class Migration implements AutoCloseable {
    private static final Duration WATCH_EVERY = Duration.ofMillis(500);
    private static final Duration SWITCHING_REST = Duration.ofMillis(50);
    private static final Duration CONTINUOUS_REST = Duration.ofMillis(100);
    private static final int RECHECK_AT_ONCE = 200;
    private static final int SHADOW_THREADS = 2;
    private static final int SHADOW_WAITING = 100;

    private final String name;
    private final MigrationParts parts;
    private final MigrationSettings settings;
    private final Listeners listener;
    private final @Nullable Meters meters;
    private final Board board;
    private final Transactions transactions;
    private final Relay relay;
    private final BacklogGauge gauge;
    private final Verifier verifier;
    private final @Nullable ContinuousVerifier continuous;
    private final @Nullable Backfill backfill;
    private final Handover handover;
    private final Steps steps;
    private final Survey survey;
    private final Suspects suspects;
    private final @Nullable StageLatch latch;
    private final Ramp ramp;
    private final Findings findings = new Findings();
    private final CircuitBreaker breaker;
    private final BreakerWatch breakerWatch;
    private final CallPolicy copyCalls;
    private final WatchedReads watchedReads;
    private final ShadowReader shadow;
    private final ReadPath reads;
    private final WritePath writes;
    private final ReentrantLock walking = new ReentrantLock();
    private final List<BackgroundJob> jobs = new ArrayList<>();
    private volatile @Nullable BackgroundJob relayJob;
    private volatile int wholeGeneration;
    private @Nullable StageHeld heldBefore;
    private boolean closed;

    /** Wires a migration; starts nothing and touches no store. */
    protected Migration(String name, MigrationParts parts, MigrationSettings settings) {
        this.name = name;
        this.parts = parts;
        this.settings = settings;
        this.board = new Board(parts.controls());
        this.meters = settings.meters() == null ? null : new Meters(settings.meters(), name, board::stage);
        this.listener = new Listeners(listeners());
        CircuitBreaker own = settings.copyCalls().breaker();
        this.breaker = own == null ? CallPolicy.breaker(name) : own;
        this.breakerWatch = new BreakerWatch(breaker, listener);
        this.ramp = new Ramp(name);
        Pace pace = settings.pace();
        Contexts contexts = Contexts.of(settings.context());
        Transfer transfer = new Transfer(parts.journals(), parts.carrier());
        RangeRelay.Listing listing = new RangeRelay.Listing(parts.types(), parts.scan());
        this.relay = new Relay(
                board, parts.journals(), transfer, listing, breaker, settings.relay(), listener, pace, contexts);
        this.gauge = new BacklogGauge(board, parts.journals(), listener, pace);
        this.verifier = new Verifier(
                board,
                parts.types(),
                parts.scan(),
                parts.confirmation(),
                parts.checkpoints(),
                transfer,
                listener,
                pace);
        this.continuous = continuous(parts, settings);
        this.backfill = parts.scan() == null
                ? null
                : new Backfill(
                        board,
                        parts.types(),
                        parts.scan(),
                        parts.checkpoints(),
                        transfer,
                        settings.backfill(),
                        Brakes.of(settings.backfill().throttle(), gauge, parts.controls(), listener, pace),
                        listener,
                        pace);
        this.handover = new Handover(
                board,
                parts.controls(),
                parts.journals(),
                relay,
                verifier,
                parts.generators(),
                settings.handover(),
                listener,
                pace);
        this.steps = new Steps(
                board,
                parts.controls(),
                parts.journals(),
                parts.preflight(),
                backfill,
                verifier,
                handover,
                settings.handover(),
                pace);
        if (settings.attestedBy() != null) {
            steps.approve(Stage.JOURNAL, settings.attestedBy());
        }
        this.survey = new Survey(board, parts.journals(), backfill, verifier);
        this.suspects = new Suspects(board, verifier);
        this.latch = settings.stage() == null
                ? null
                : new StageLatch(settings.stage(), failure -> listener.on(new FlagFailed(Fault.of(failure))));
        this.transactions = parts.transactions()
                .apply(new FenceContext(
                        board,
                        new Commits(),
                        handover::openIfExpired,
                        settings.writersWait(),
                        settings.pace(),
                        (side, found) -> listener.on(new ServerChanged(side, found))));
        this.copyCalls = CallPolicy.of(name, breaker, settings.copyCalls(), contexts);
        this.watchedReads = new WatchedReads(transactions);
        this.shadow = new ShadowReader(
                watchedReads,
                new ShadowReader.Plan(
                        name,
                        SHADOW_THREADS,
                        SHADOW_WAITING,
                        settings.sampler(),
                        settings.equivalence(),
                        suspects::add,
                        findings,
                        contexts),
                listener);
        this.reads = new ReadPath(
                watchedReads,
                board,
                shadow,
                new ReadPath.Copy(
                        copyCalls,
                        ramp,
                        record -> isWhole()
                                && !relay.pending().contains(record)
                                && gauge.isYounger(settings.staleness())
                                && !gauge.knowsOfRanges(),
                        new GuardedFallback(settings.fallback())),
                listener);
        this.writes = new WritePath(transactions);
        board.watch(change -> listener.on(new StageMoved(change.from(), change.to())));
    }

    /** The migration's name. */
    public final String name() {
        return name;
    }

    /** The stage as this node knows it; never blocks. */
    public final Stage stage() {
        return board.stage();
    }

    /** Both control rows as this node knows them; never blocks. */
    public final ControlView view() {
        return board.view();
    }

    /**
     * How things stand on both sides now, for people and scripts to look at: read from the stores, where what is cached here
     * may be old. Blocks on both stores, or on their time-outs; a side that cannot be reached is told, never thrown. May be
     * called before {@link #start}.
     */
    public MigrationStatus status() {
        return survey.look();
    }

    /** Tells this listener as well, until the subscription is closed. */
    public Subscription listen(MigrationListener more) {
        return listener.add(more);
    }

    /**
     * Lets this watch see how each side answers reads outside transactions, until the subscription is closed; see {@link
     * ReadWatch} for its thread. One at a time.
     *
     * @throws IllegalStateException when another one is watching
     */
    public Subscription watchReads(ReadWatch watch) {
        return watchedReads.watch(watch);
    }

    /** What the stage flag asks for now; empty without a flag, or when it has never answered. Blocks on the flag. */
    public Optional<Stage> wish() {
        return latch == null ? Optional.empty() : Optional.ofNullable(latch.wish());
    }

    /** Whether the background work has been started, and not ended. */
    public boolean isStarted() {
        synchronized (jobs) {
            return !jobs.isEmpty();
        }
    }

    /**
     * Checks the side that has the authority and starts the background work. Needs nothing of the copy: an application
     * starts and writes at any stage with its copy unreachable. Blocks on the stores, past the switch and before anything has
     * begun on the copy too, until its time-out where it hangs; do it before serving requests.
     *
     * @throws IllegalStateException with everything that is wrong with the authority's store, or because the target has had
     *     the authority and the origin has forgotten; nothing was started
     */
    public void start() {
        List<String> problems = parts.preflight().authority(authorityAtStart());
        if (!problems.isEmpty()) {
            throw new IllegalStateException("Migration " + name + " cannot start: " + String.join("; ", problems));
        }
        if (board.view().of(board.view().leader()) == null) {
            try {
                board.refresh(Side.ORIGIN);
            } catch (ControlException unreadable) {
                throw new IllegalStateException(
                        "Migration " + name + " cannot start: " + unreadable.getMessage(), unreadable);
            }
        }
        refuseAnOriginThatForgot();
        synchronized (jobs) {
            if (closed || !jobs.isEmpty()) {
                throw new IllegalStateException(
                        "Migration " + name + (closed ? " was closed" : " has been started already"));
            }
            BackgroundJob relaying = job("relay", settings.relay().poll(), this::relayed);
            relayJob = relaying;
            job("verifier", WATCH_EVERY, this::recheck);
            job("backlog", WATCH_EVERY, this::watch);
            if (continuous != null) {
                job("continuous", CONTINUOUS_REST, this::verifyOn);
            }
            job("walker", settings.flagPoll(), this::walk);
        }
    }

    /**
     * Walks to this stage step by step, passing through JOURNAL and FROZEN. Blocks until it is reached.
     *
     * @return the stage reached, {@code wish}
     * @throws StageRefusedException with every reason when a step's gates do not hold; the stage reached by then stays
     * @throws ControlException when a control row could not be reached; what was begun is settled by any node later
     * @throws InterruptedException when interrupted; as for {@link ControlException}
     */
    public Stage moveTo(Stage wish) throws InterruptedException {
        if (wish == Stage.FROZEN) {
            throw new IllegalArgumentException("FROZEN is passed through, never stopped at; ask for SHADOW or LIVE");
        }
        refuseInsideATransaction(wish);
        Pace.Deadline deadline = settings.pace().in(settings.handover().budget().multipliedBy(2));
        while (board.refresh().stage() != wish) {
            walking.lockInterruptibly();
            try {
                handover.settle();
                Stage at = board.stage();
                if (at == Stage.FROZEN) {
                    if (deadline.isOver()) {
                        throw new StageRefusedException(
                                at,
                                wish,
                                List.of("somebody else is switching the authority, or a side cannot be read"));
                    }
                    settings.pace().pause(SWITCHING_REST);
                } else if (at != wish) {
                    steps.step(at, Steps.next(at, wish));
                    deadline = settings.pace().in(settings.handover().budget().multipliedBy(2));
                }
            } catch (StageRefusedException refused) {
                listener.on(new StageHeld(refused.at(), refused.wish(), refused.reasons()));
                throw refused;
            } finally {
                walking.unlock();
            }
        }
        return wish;
    }

    /**
     * Makes exactly one step, from a stage to its neighbour on the way there, and none when the stage is another one by now:
     * for whoever has gates of its own before each step, which {@link #moveTo} would pass by if somebody else moved meanwhile.
     * {@code LIVE} is the neighbour of {@code SHADOW}. Blocks until it is made.
     *
     * @throws IllegalArgumentException when {@code to} is no neighbour of {@code from}
     * @throws StageRefusedException with every reason when its gates do not hold, or the stage is not {@code from}
     * @throws ControlException as {@link #moveTo}
     * @throws InterruptedException as {@link #moveTo}
     */
    public void step(Stage from, Stage to) throws InterruptedException {
        if (from == Stage.FROZEN || to == Stage.FROZEN || from == to || Steps.next(from, to) != to) {
            throw new IllegalArgumentException("There is no step from " + from + " to " + to);
        }
        refuseInsideATransaction(to);
        walking.lockInterruptibly();
        try {
            board.refresh();
            handover.settle();
            steps.step(from, to);
        } catch (StageRefusedException refused) {
            listener.on(new StageHeld(refused.at(), refused.wish(), refused.reasons()));
            throw refused;
        } finally {
            walking.unlock();
        }
    }

    /** Every reason against the next step towards {@code wish}; empty when it may be made. Blocks on both stores. */
    public List<String> obstacles(Stage wish) {
        Stage at = board.refresh().stage();
        return at == wish || at == Stage.FROZEN ? List.of() : steps.obstacles(at, Steps.next(at, wish));
    }

    /**
     * Every reason against any of the steps from here to {@code wish}, each once, as far as it can be told before the steps in
     * between are made; empty when there is none. Makes no step. Blocks on both stores.
     */
    public List<String> obstaclesOnTheWay(Stage wish) {
        if (wish == Stage.FROZEN) {
            throw new IllegalArgumentException("FROZEN is passed through, never stopped at; ask for SHADOW or LIVE");
        }
        Set<String> reasons = new LinkedHashSet<>();
        Stage at = board.refresh().stage();
        while (at != wish && at != Stage.FROZEN) {
            Stage next = Steps.next(at, wish);
            reasons.addAll(steps.obstacles(at, next));
            at = next;
        }
        return List.copyOf(reasons);
    }

    /**
     * Everything that is wrong with both sides and the declaration, whatever the stage: what start, the first step and a
     * handover would look at, each reason once. Changes nothing but the library's own tables, where it was asked to create
     * them. May be called before {@link #start}. Blocks on both stores; a side that cannot be reached is a reason.
     */
    public List<String> preflight() {
        return steps.preflight();
    }

    /**
     * What {@link #forceRollback} may lose, as far as this node knows; to be shown to whoever approves of it. Never blocks.
     */
    public PossibleLoss possibleLoss() {
        return gauge.possibleLoss(Side.TARGET, relay.pending());
    }

    /**
     * Takes the authority from a target that cannot be reached and opens the origin, at DUAL_WRITE in a new generation. What
     * the target has accepted and not handed on is lost unless it comes back: see {@link #possibleLoss}. Every node that sees
     * both rows goes by the origin's from then on; a node that can still reach the target and not the origin goes on writing
     * there, so cut the target off first. Once it is back it is closed before it is used, and its changes can be reconciled.
     * May be called before {@link #start}. Blocks on the origin.
     *
     * @param by who answers for it
     * @throws StageRefusedException when the target can be reached, or the origin is no copy
     * @throws ControlException when the origin cannot be reached either
     */
    public void forceRollback(String by) throws InterruptedException {
        refuseInsideATransaction(Stage.DUAL_WRITE);
        walking.lockInterruptibly();
        try {
            steps.force(Side.TARGET, by);
        } finally {
            walking.unlock();
        }
    }

    /**
     * Lets a target follow again from which the authority was taken, once its journal is empty: everything in it was
     * reconciled. Nothing is taken for granted of it then: a backfill and a verification have to run again.
     *
     * @throws StageRefusedException when it was not lost, is not closed yet, or has changes that nobody has reconciled
     * @throws ControlException when a control row could not be reached
     */
    public void readopt() throws InterruptedException {
        refuseInsideATransaction(Stage.DUAL_WRITE);
        walking.lockInterruptibly();
        try {
            board.refresh();
            steps.readopt(Side.TARGET);
        } finally {
            walking.unlock();
        }
    }

    /** Notes that somebody answers for going to this stage; COMPLETE, which has no way back, is refused without. */
    public void approve(Stage stage, String by) {
        steps.approve(stage, by);
    }

    /**
     * Brings over what was there before; see {@link Backfill#run} for errors. Blocks until done; run again after an
     * interruption to go on; safe to run on several nodes at once.
     */
    public BackfillReport backfill() throws InterruptedException {
        return listing().run();
    }

    /**
     * What {@link #backfill} would do now: record types in order, about how many records, how far earlier runs came, and every
     * obstacle: the stage, and until the target has the authority, what is against it as a copy. Changes nothing but the
     * library's own tables, where it was asked to create them and {@link #start} has not come to it yet. Blocks on both sides.
     *
     * @throws IllegalStateException before {@link #start}
     */
    public BackfillPlan planBackfill() throws InterruptedException {
        return listing().plan(parts.preflight());
    }

    /**
     * Has every {@link #backfill} of this node wait from its next chunk on, one that begins later too, until {@link
     * #resumeBackfill}. Of other nodes nothing is asked. Never blocks. Idempotent.
     */
    public void pauseBackfill() {
        listing().pause();
    }

    /** Takes {@link #pauseBackfill} back; a backfill goes on within its throttle's {@code askAgain}. Never blocks. Idempotent. */
    public void resumeBackfill() {
        listing().resume();
    }

    /**
     * What is left of the backfill, in parts for nodes to work off one by one with {@link #backfill(Part)}; together they do
     * what {@link #backfill()} does, and all may be done at the same time. As many parts a record type as the settings of the
     * backfill have ranges. Blocks on both sides.
     */
    public List<Part> backfillParts() throws InterruptedException {
        return listing().parts();
    }

    /** Works one part of the backfill off; how many records it has. See {@link Backfill#run(Part)}. Blocks until done. */
    public long backfill(Part part) throws InterruptedException {
        return listing().run(part);
    }

    /**
     * Begins a verification of everything that nodes work off one by one with {@link #verify(Part, VerifyPolicy)}; the parts
     * are those of the backfill. Once all have been found equal, everything is clean. Empty while there is nothing to verify:
     * no copy follows, or this generation's backfill has not ended. Blocks on both sides.
     */
    public List<Part> verificationParts() {
        board.refresh();
        boolean follows =
                board.view().authority() != null && board.stage().write().followed();
        if (!follows) {
            return List.of();
        }
        noteWholeness();
        return isWhole() ? verifier.beginParts() : List.of();
    }

    /** Verifies one part; see {@link Verifier#verify(Part, VerifyPolicy)}. Blocks until done. */
    public VerifyReport verify(Part part, VerifyPolicy policy) throws Exception {
        return verifier.verify(part, policy);
    }

    private Backfill listing() {
        if (backfill == null) {
            throw new UnsupportedOperationException("The stores of migration " + name
                    + " cannot list their keys; give both a ScannableStore to have a backfill");
        }
        return backfill;
    }

    /** The record types there are, in the order in which they are copied. */
    public List<RecordType<?, ?>> recordTypes() {
        return parts.types();
    }

    /** Compares everything on both sides while traffic goes on; see {@link Verifier#verify}. Blocks until done. */
    public VerifyReport verify(VerifyPolicy policy) throws Exception {
        return verify(VerifyRequest.of(policy));
    }

    /** As {@link #verify(VerifyPolicy)}, with more to say about what is to be done; see {@link Verifier#verify}. */
    public VerifyReport verify(VerifyRequest request) throws Exception {
        return verifier.verify(request);
    }

    /** What is open in the authority's journal now. Blocks on the authority. */
    public Backlog backlog() {
        return gauge.measure();
    }

    /**
     * Waits until the authority's journal is empty; false when it was not within the bound. With writes going on it may never
     * be empty at the moment of looking.
     */
    public boolean awaitDrained(Duration atMost) throws InterruptedException {
        Pace.Deadline deadline = settings.pace().in(atMost);
        while (!backlog().isEmpty()) {
            if (deadline.isOver()) {
                return false;
            }
            wakeRelay();
            settings.pace().pause(Duration.ofMillis(10));
        }
        return true;
    }

    /** Gives a quarantined record back to the relay, once its cause was mended. No such record is no error. */
    public void release(RecordId quarantined) {
        parts.journals().of(board.view().leader()).postpone(Set.of(quarantined), Postponement.release());
        wakeRelay();
    }

    /** The share of stale-tolerant by-key reads, 0 to 100 percent, that the copy answers on this node at SHADOW. */
    public void rampTo(int percent) {
        ramp.percent(percent);
    }

    /**
     * What this node's shadow reads have found so far, field by field, what differs most first; fields that differ between
     * two reads of one side come last. Never blocks for long.
     */
    public List<FieldFinding> findings() {
        return findings.all();
    }

    /**
     * Asks the flag now, reads both control rows, and makes the steps its wish calls for. Blocks on both stores. Inside a
     * transaction of this migration it only reads: a step would wait for that very transaction.
     */
    public void refresh() {
        board.refresh();
        if (transactions.current() != null) {
            return;
        }
        try {
            while (walk()) {
                continue;
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops the background work within a few seconds; the stores stay open, they are the caller's. Idempotent. */
    @Override
    public void close() {
        synchronized (jobs) {
            closed = true;
            jobs.forEach(BackgroundJob::end);
            jobs.forEach(BackgroundJob::close);
            jobs.clear();
        }
        shadow.close();
        copyCalls.close();
        if (meters != null) {
            meters.close();
        }
    }

    /** The parts this migration was wired from. */
    protected final MigrationParts parts() {
        return parts;
    }

    /** The fenced transactions of this migration. */
    protected final Transactions transactions() {
        return transactions;
    }

    /** One more thread that works the journal off, named {@code dualwrite-<name>-<job>}; its closing is the caller's. */
    protected final BackgroundJob relaying(String job) {
        return new BackgroundJob(
                "dualwrite-" + name + "-" + job, settings.relay().poll(), this::relayed);
    }

    /** Who is told what happens. */
    protected final MigrationListener listener() {
        return listener;
    }

    /** The way reads go. */
    protected final ReadPath reads() {
        return reads;
    }

    /** The way writes go. */
    protected final WritePath writes() {
        return writes;
    }

    /** A step waits for every transaction that holds a fence; one of this very thread would never end. */
    private void refuseInsideATransaction(Stage wish) {
        if (transactions.current() != null) {
            throw new StageRefusedException(
                    board.stage(),
                    wish,
                    List.of("this thread (" + Thread.currentThread().getName()
                            + ") is inside a transaction of migration " + name
                            + ", which the step would wait for; call it outside"));
        }
    }

    /** Makes this generation's proofs void: a new verification has to run before the authority is handed over. */
    protected final void voidVerification() {
        verifier.voidCleanPasses();
    }

    private Side authorityAtStart() {
        for (Side side : Side.values()) {
            try {
                board.refresh(side);
            } catch (ControlException unreadable) {
                // The other side may be the authority; when neither is, the preflight of the origin says why.
                continue;
            }
            if (board.view().authority() != null) {
                break;
            }
        }
        ControlRow origin = board.view().origin();
        if (board.view().target() == null && origin != null && origin.role() == Role.COPY) {
            try {
                board.refresh(Side.TARGET);
            } catch (ControlException unreadable) {
                throw new IllegalStateException(
                        "Migration " + name
                                + " cannot start: the ORIGIN is a copy, and the TARGET, which should have the"
                                + " authority, cannot be read: " + unreadable.getMessage(),
                        unreadable);
            }
        }
        return board.view().leader();
    }

    /**
     * An origin whose row is brand new while the target has had the authority was restored or replaced: its row says
     * AUTHORITY because it remembers nothing. Looked at only before the first generation, so that later starts need nothing
     * of the target; a target that cannot be reached then has, as far as can be told, never been begun with.
     */
    private void refuseAnOriginThatForgot() {
        ControlRow origin = board.view().origin();
        if (origin == null || origin.generation() > 0 || origin.role() != Role.AUTHORITY) {
            return;
        }
        try {
            ControlRow target = board.refresh(Side.TARGET);
            if (target.role() != Role.COPY || target.handover() > origin.handover()) {
                throw new IllegalStateException(
                        "Migration " + name + " cannot start: the control row of the ORIGIN has never"
                                + " been through a migration, while the TARGET is " + target.role() + " at handover "
                                + target.handover()
                                + ". The origin's dualwrite tables were lost or restored; restore its control row"
                                + " before any program writes there");
            }
        } catch (ControlException unreachable) {
            return;
        }
    }

    /** Notes records that the copy lacks, for whoever reads, and wakes the relay; waits for nothing. */
    protected final void changed(Collection<RecordId> records) {
        relay.pending().note(records);
        wakeRelay();
    }

    private final class Commits implements CommitHook {
        @Override
        public void committing(Collection<RecordId> records) {
            relay.handing(records);
        }

        @Override
        public void committed(Collection<RecordId> records) {
            Migration.this.committed(records);
        }
    }

    private void committed(Collection<RecordId> records) {
        if (!board.stage().write().journalled()) {
            return;
        }
        changed(records);
        boolean waits =
                !settings.waitForCopy().isZero() && board.stage().write().followed();
        if (waits && !relay.pending().await(records, settings.waitForCopy())) {
            listener.on(new WaitedOut(settings.waitForCopy()));
            if (settings.copyRequired()) {
                throw new CopyBehindException(settings.waitForCopy());
            }
        }
    }

    private void wakeRelay() {
        BackgroundJob relaying = relayJob;
        if (relaying != null) {
            relaying.wake();
        }
    }

    private boolean recheck() throws Exception {
        if (!board.stage().write().followed() || breaker.getState() == CircuitBreaker.State.OPEN) {
            return false;
        }
        noteWholeness();
        suspects.confirm(RECHECK_AT_ONCE, isWhole() ? VerifyPolicy.REPAIR : VerifyPolicy.REPORT);
        return verifier.recheck(board.view().leader(), RECHECK_AT_ONCE).more();
    }

    private @Nullable ContinuousVerifier continuous(MigrationParts with, MigrationSettings as) {
        if (as.continuous() == null) {
            return null;
        }
        if (with.scan() == null) {
            throw new DeclarationException(
                    "Migration " + name,
                    List.of("verifyContinuously needs stores that list their keys; leave it out, or give both a"
                            + " ScannableStore"));
        }
        return new ContinuousVerifier(
                board, with.types(), with.scan(), with.checkpoints(), verifier, as.continuous(), listener, as.pace());
    }

    private boolean verifyOn() throws Exception {
        return continuous != null && continuous.turn(isWhole(), breaker.getState() != CircuitBreaker.State.OPEN);
    }

    /** Remembers that this generation's backfill has ended; asks the target until it has. */
    private void noteWholeness() {
        int generation = generation();
        if (backfill != null && wholeGeneration != generation && backfill.isComplete(generation)) {
            wholeGeneration = generation;
        }
    }

    /**
     * Whether the copy is known to have every record: this generation's backfill has ended, or somebody answers for it. Only
     * then may a copy answer reads, and a difference that a read has found be repaired.
     */
    private boolean isWhole() {
        return settings.wholeCopy() || (backfill != null && wholeGeneration > 0 && wholeGeneration == generation());
    }

    private int generation() {
        ControlRow row = board.view().of(board.view().leader());
        return row == null ? 0 : row.generation();
    }

    private boolean relayed() {
        boolean more = relay.runOnce() > 0;
        breakerWatch.look();
        return more;
    }

    private boolean watch() throws InterruptedException {
        breakerWatch.look();
        Side leader = board.view().leader();
        if (board.refresh(leader).role() == Role.CEDED) {
            // Writers wait for it, and the walker may wait for its flag.
            settled();
        }
        if (board.stage().write().journalled()) {
            gauge.measure();
            relay.reconcilePending();
        }
        return false;
    }

    /** Makes one step towards the flag's wish; true when it made one and there may be another. */
    private boolean walk() throws InterruptedException {
        board.refresh();
        if (!settled()) {
            return false;
        }
        // Holding nothing: a flag that hangs holds up nobody who moves the stage by hand, least of all by force.
        Stage wish = latch == null ? null : latch.wish();
        if (!walking.tryLock()) {
            return false;
        }
        try {
            Stage at = board.stage();
            if (wish == null || at == wish || at == Stage.FROZEN) {
                heldBefore = at == wish ? null : heldBefore;
                return false;
            }
            steps.step(at, Steps.next(at, wish));
            heldBefore = null;
            return true;
        } catch (StageRefusedException refused) {
            StageHeld held = new StageHeld(refused.at(), refused.wish(), refused.reasons());
            if (heldBefore == null || !isSameNews(held, heldBefore)) {
                heldBefore = held;
                listener.on(held);
            }
            return false;
        } finally {
            walking.unlock();
        }
    }

    /** Goes on with what somebody left half done; false when somebody else is at it. */
    private boolean settled() throws InterruptedException {
        if (!walking.tryLock()) {
            return false;
        }
        try {
            handover.settle();
            return true;
        } finally {
            walking.unlock();
        }
    }

    /** Whether two refusals differ in nothing but numbers, which count and grow. */
    private static boolean isSameNews(StageHeld one, StageHeld other) {
        return one.at() == other.at()
                && one.wish() == other.wish()
                && withoutNumbers(one.reasons()).equals(withoutNumbers(other.reasons()));
    }

    private static List<String> withoutNumbers(List<String> reasons) {
        return reasons.stream()
                .map(reason -> reason.replaceAll("PT[0-9HMS.]+|[0-9]+", "#"))
                .toList();
    }

    private BackgroundJob job(String what, Duration rest, Callable<Boolean> work) {
        BackgroundJob job = new BackgroundJob("dualwrite-" + name + "-" + what, rest, work);
        jobs.add(job);
        return job;
    }

    private List<MigrationListener> listeners() {
        List<MigrationListener> all = new ArrayList<>(settings.listeners());
        all.add(new LoggingListener(name, settings.pace()::nanos));
        if (meters != null) {
            all.add(meters);
        }
        return all;
    }
}
