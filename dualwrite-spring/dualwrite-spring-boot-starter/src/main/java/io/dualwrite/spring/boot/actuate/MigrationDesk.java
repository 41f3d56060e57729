package io.dualwrite.spring.boot.actuate;

import io.dualwrite.Migration;
import io.dualwrite.event.Subscription;
import io.dualwrite.fence.ControlException;
import io.dualwrite.journal.Backlog;
import io.dualwrite.journal.JournalException;
import io.dualwrite.repair.BackfillReport;
import io.dualwrite.repair.MigrationStatus;
import io.dualwrite.repair.MigrationStatus.OneSide;
import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.repair.VerifyReport;
import io.dualwrite.spring.StageHold;
import io.dualwrite.spring.StageHold.Held;
import io.dualwrite.spring.boot.actuate.MigrationDescription.Gates;
import io.dualwrite.spring.boot.actuate.MigrationDescription.Hold;
import io.dualwrite.spring.boot.actuate.MigrationDescription.JobDescription;
import io.dualwrite.spring.boot.actuate.MigrationDescription.SideDescription;
import io.dualwrite.spring.boot.actuate.OrderRefusedException.Kind;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where one migration is looked at and operated. Thread-safe; both block on the stores, or on their time-outs. */
final class MigrationDesk implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MigrationDesk.class);

    private final Migration migration;
    private final @Nullable StageHold hold;
    private final ObservationRegistry observations;
    private final Clock clock;
    private final RecentSteps steps;
    private final Subscription listening;
    private final Map<Order, LongJob> jobs = new LinkedHashMap<>();

    /** {@code hold} is null where the migration has a flag that cannot be held. */
    MigrationDesk(Migration migration, @Nullable StageHold hold, ObservationRegistry observations, Clock clock) {
        this.migration = migration;
        this.hold = hold;
        this.observations = observations;
        this.clock = clock;
        this.steps = new RecentSteps(clock);
        this.listening = migration.listen(steps);
        for (Order job : List.of(Order.BACKFILL, Order.VERIFY)) {
            jobs.put(job, new LongJob("dualwrite-" + migration.name() + "-ordered-" + wordOf(job), clock));
        }
    }

    /** How it stands, with the gates of every stage or without. */
    MigrationDescription describe(boolean withGates) {
        MigrationStatus status = migration.status();
        Map<String, SideDescription> sides = new LinkedHashMap<>();
        for (Side side : Side.values()) {
            sides.put(side.name(), described(status.sides().of(side)));
        }
        Map<String, JobDescription> running = new LinkedHashMap<>();
        jobs.forEach((order, job) -> {
            JobDescription one = job.described();
            if (one != null) {
                running.put(wordOf(order), one);
            }
        });
        return new MigrationDescription(
                migration.name(),
                status.stage().map(Stage::name).orElse("UNKNOWN"),
                migration.stage().name(),
                status.authority().map(Side::name).orElse("NONE"),
                status.generation(),
                migration.isStarted(),
                flagWish().map(Stage::name).orElse(null),
                described(held()),
                status.backfilled().name(),
                status.verified().name(),
                sides,
                withGates ? gates(status) : List.of(),
                running,
                steps.newestFirst());
    }

    /**
     * Carries an order out. Steps are over when this returns; backfills and verifications have begun.
     *
     * @throws OrderRefusedException with every reason
     */
    MigrationDescription carryOut(Order order, OrderDetails details) {
        Observation observation = Observation.createNotStarted("dualwrite.order", observations)
                .lowCardinalityKeyValue("migration", migration.name())
                .lowCardinalityKeyValue("order", wordOf(order));
        observation.observe(() -> refusing(order, details));
        LOG.info("Migration {}: {} was ordered by {}", migration.name(), wordOf(order), details.whoever());
        return describe(false);
    }

    @Override
    public void close() {
        listening.close();
        jobs.values().forEach(LongJob::close);
    }

    private void refusing(Order order, OrderDetails details) {
        try {
            make(order, details);
        } catch (StageRefusedException refused) {
            throw OrderRefusedException.of(Kind.REFUSED, refused.reasons());
        } catch (ControlException | JournalException unreachable) {
            throw OrderRefusedException.of(Kind.OUT_OF_REACH, List.of(String.valueOf(unreachable.getMessage())));
        } catch (UnsupportedOperationException impossible) {
            throw OrderRefusedException.refused(String.valueOf(impossible.getMessage()));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw OrderRefusedException.of(Kind.OUT_OF_REACH, List.of("this node is being stopped; ask another one"));
        }
    }

    private void make(Order order, OrderDetails details) throws InterruptedException {
        switch (order) {
            case ADVANCE -> move(further(), details);
            case MOVE -> move(asked(details), details);
            case ROLL_BACK -> rollBack(details);
            case COMPLETE -> complete(details);
            case HOLD -> hold(details);
            case RELEASE -> holdable().release();
            case PAUSE_BACKFILL -> migration.pauseBackfill();
            case RESUME_BACKFILL -> migration.resumeBackfill();
            case BACKFILL -> begin(order, () -> told(migration.backfill()));
            case VERIFY -> {
                VerifyPolicy policy = details.policy() == null ? VerifyPolicy.REPAIR : details.policy();
                begin(order, () -> told(migration.verify(policy)));
            }
        }
    }

    private void begin(Order order, Callable<Map<String, Object>> work) {
        if (!migration.isStarted()) {
            throw OrderRefusedException.refused("this node's background work does not run; ask another one");
        }
        if (!now().write().followed()) {
            throw OrderRefusedException.refused(
                    "no side follows the other at " + now() + ", as it does from DUAL_WRITE to RAMP_DOWN");
        }
        LongJob job = jobs.get(order);
        if (job == null || !job.begin(work)) {
            throw OrderRefusedException.refused(wordOf(order) + " is running on this node already; wait for its end");
        }
    }

    private static Map<String, Object> told(BackfillReport report) {
        return Map.of("records", report.rows(), "took", report.took().toString());
    }

    /** Numbers and names of fields; not which records. */
    private static Map<String, Object> told(VerifyReport report) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("clean", report.isClean());
        told.put("complete", report.complete());
        told.put("origin", report.rows().origin());
        told.put("target", report.rows().target());
        told.put("confirmed", report.confirmed());
        told.put("repaired", report.repaired());
        told.put("fields", report.fields());
        told.put("took", report.took().toString());
        return told;
    }

    private Stage further() {
        Stage at = now();
        for (Stage next : Stage.values()) {
            if (next.ordinal() > at.ordinal() && next.isWishable()) {
                if (next == Stage.COMPLETE) {
                    throw OrderRefusedException.refused(
                            "there is no way back from COMPLETE; order it by its name: \"complete\"");
                }
                return next;
            }
        }
        throw OrderRefusedException.refused("the migration is complete");
    }

    private static Stage asked(OrderDetails details) {
        Stage stage = details.stage();
        if (stage == null || !stage.isWishable()) {
            throw OrderRefusedException.wrong(
                    "say where to: \"stage\" is one of off, dual-write, shadow, live, ramp-down, complete");
        }
        return stage;
    }

    private void rollBack(OrderDetails details) throws InterruptedException {
        Stage at = now();
        if (!at.isBeyondFlip() && at != Stage.FROZEN) {
            throw OrderRefusedException.refused("the origin has the authority already: the stage is " + at);
        }
        refuseAgainstFlag(Stage.SHADOW);
        Held holding = held();
        if (hold != null && holding != null) {
            // Or this node would go forward again.
            hold.hold(new Held(Stage.SHADOW, holding.by(), holding.why(), holding.since()));
        }
        migration.moveTo(Stage.SHADOW);
    }

    private void complete(OrderDetails details) throws InterruptedException {
        details.answering();
        move(Stage.COMPLETE, details);
    }

    private void move(Stage goal, OrderDetails details) throws InterruptedException {
        if (goal == Stage.COMPLETE) {
            details.answering();
        }
        Held holding = held();
        if (holding != null) {
            throw OrderRefusedException.refused("held at " + holding.at() + " by " + holding.by()
                    + (holding.why().isEmpty() ? "" : " (" + holding.why() + ")") + "; release it first");
        }
        refuseAgainstFlag(goal);
        approve(now(), goal, details);
        migration.moveTo(goal);
    }

    /** Every node would walk back to what the flag asks for. */
    private void refuseAgainstFlag(Stage goal) {
        Optional<Stage> wish = flagWish();
        if (wish.isPresent() && wish.get() != goal) {
            throw OrderRefusedException.refused(
                    "the stage flag asks for " + wish.get().flagName()
                            + ", and every node would walk back to it; set the flag to " + goal.flagName());
        }
    }

    /** What the flag asks for, whether this node is held or not. */
    private Optional<Stage> flagWish() {
        if (hold == null || hold.held() == null) {
            return migration.wish();
        }
        try {
            return Optional.ofNullable(hold.flagWish());
        } catch (Exception unknown) {
            // As the walker sees it: a flag that fails asks for nothing.
            return Optional.empty();
        }
    }

    private void approve(Stage at, Stage goal, OrderDetails details) {
        String by = details.by();
        if (by == null || by.isBlank()) {
            return;
        }
        if (at == Stage.OFF) {
            migration.approve(Stage.JOURNAL, by);
        }
        if (goal == Stage.COMPLETE) {
            migration.approve(Stage.COMPLETE, by);
        }
    }

    private void hold(OrderDetails details) {
        StageHold holding = holdable();
        Stage at = now();
        if (at == Stage.FROZEN) {
            throw OrderRefusedException.refused("the authority is being handed over; try again when that is over");
        }
        String why = details.why();
        // JOURNAL is no stage to stay at: the next one is a second away.
        holding.hold(new Held(
                at == Stage.JOURNAL ? Stage.DUAL_WRITE : at,
                details.answering(),
                why == null ? "" : why,
                clock.instant()));
    }

    private StageHold holdable() {
        if (hold == null) {
            throw OrderRefusedException.refused("migration " + migration.name()
                    + " is a bean of the application's with a flag of its own; hold that");
        }
        return hold;
    }

    private @Nullable Held held() {
        return hold == null ? null : hold.held();
    }

    /** The stage that both stores stand for, or this node's where that cannot be told. Blocks on the stores. */
    Stage now() {
        return migration.status().stage().orElseGet(migration::stage);
    }

    private List<Gates> gates(MigrationStatus status) {
        Optional<Stage> at = status.stage();
        List<Gates> all = new ArrayList<>();
        if (at.isEmpty() || at.get() == Stage.FROZEN) {
            return all;
        }
        List<String> unreached = status.unreached().stream()
                .map(side -> side.side() + ": " + side.trouble())
                .toList();
        if (at.get().isBeyondFlip()) {
            all.add(gates(Stage.SHADOW, unreached));
        }
        for (Stage goal : Stage.values()) {
            if (goal.isWishable() && goal.ordinal() > at.get().ordinal()) {
                all.add(gates(goal, unreached));
            }
        }
        return all;
    }

    /** A side that cannot be reached is asked once, and not for every stage: each question takes its time-out. */
    private Gates gates(Stage goal, List<String> unreached) {
        if (!unreached.isEmpty()) {
            return new Gates(goal.name(), unreached);
        }
        try {
            return new Gates(goal.name(), migration.obstaclesOnTheWay(goal));
        } catch (ControlException | JournalException unreachable) {
            return new Gates(goal.name(), List.of(String.valueOf(unreachable.getMessage())));
        }
    }

    private static SideDescription described(OneSide side) {
        ControlRow row = side.row();
        Backlog backlog = side.backlog() == null ? Backlog.NONE : side.backlog();
        return new SideDescription(
                side.isReached(),
                side.trouble(),
                row == null ? null : row.role().name(),
                row == null ? 0 : row.handover(),
                backlog.open(),
                backlog.quarantined(),
                backlog.oldest().toString(),
                side.unconfirmed());
    }

    private static @Nullable Hold described(@Nullable Held held) {
        return held == null
                ? null
                : new Hold(held.at().name(), held.by(), held.why(), held.since().toString());
    }

    private static String wordOf(Order order) {
        return order.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
