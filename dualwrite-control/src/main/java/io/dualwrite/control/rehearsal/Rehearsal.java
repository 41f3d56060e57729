package io.dualwrite.control.rehearsal;

import io.dualwrite.DualWriteRepository;
import io.dualwrite.Migration;
import io.dualwrite.control.rehearsal.TargetTrouble.Kind;
import io.dualwrite.control.rehearsal.TargetTrouble.None;
import io.dualwrite.control.rollback.RollbackPlan;
import io.dualwrite.control.rollback.RollbackRun;
import io.dualwrite.control.rollback.StepTime;
import io.dualwrite.control.rollback.StepTimes;
import io.dualwrite.event.Fault;
import io.dualwrite.event.MigrationEvent.MismatchConfirmed;
import io.dualwrite.event.Subscription;
import io.dualwrite.fence.ControlException;
import io.dualwrite.fence.Pace;
import io.dualwrite.repair.BackfillReport;
import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.repair.Steps;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.repair.VerifyReport;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.KeyCodec;
import io.dualwrite.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries a migration out before it begins. Canaries go the ways that records will go, against the real stores: written,
 * transferred, backfilled, verified, with a difference planted that has to be found; under load while the target is slow, fails
 * and is gone, and callers must feel nothing; through a switch, the way in reverse, and the way back, timed step by step. Then
 * they are removed.
 *
 * <p>What is rehearsed has a name of its own, and so its own control rows, journals and stage. No record but the canaries is
 * written by the rehearsal: what is under their keys and is no canary ends it before anything was touched. Leftovers of a
 * rehearsal that was killed are removed by the next one.
 *
 * <p>Blocks until it is over, about as long as its plan's load times the troubles and four. One at a time for one name.
 */
public final class Rehearsal<R, K> {
    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
    private static final String WHO = "a rehearsal";
    private static final int PASSES = 5;

    private final String migration;
    private final Canaries<R, K> canaries;
    private final Stand.Setup<R, K> setup;
    private final RehearsalPlan plan;
    private final StepTimes times;
    private final Pace pace;

    private Rehearsal(
            String migration, Canaries<R, K> canaries, Stand.Setup<R, K> setup, RehearsalPlan plan, StepTimes times) {
        this.migration = migration;
        this.canaries = canaries;
        this.setup = setup;
        this.plan = plan;
        this.times = times;
        this.pace = plan.rollback().pace();
    }

    /**
     * A rehearsal of what {@code setup} declares.
     *
     * @param migration the name of the real one, under which it is kept how long steps took
     */
    public static <R, K> Rehearsal<R, K> of(
            String migration, Canaries<R, K> canaries, Stand.Setup<R, K> setup, RehearsalPlan plan, StepTimes times) {
        return new Rehearsal<>(migration, canaries, setup, plan, times);
    }

    /**
     * A rehearsal between the two stores of a {@link DualWriteRepository} themselves: each is wrapped, so that no key but the
     * canaries' gets through and no other is listed.
     *
     * @param codec the order of keys
     */
    public static <R, K> Rehearsal<R, K> ofStores(
            String migration,
            Canaries<R, K> canaries,
            Store<R, K> origin,
            Store<R, K> target,
            Function<R, K> keyOf,
            KeyCodec<K> codec,
            RehearsalPlan plan,
            StepTimes times) {
        Stand.Setup<R, K> setup = trouble -> {
            CanaryStore<R, K> onOrigin = new CanaryStore<>(origin, canaries, keyOf, codec);
            CanaryStore<R, K> onTarget = new CanaryStore<>(trouble.on(target), canaries, keyOf, codec);
            DualWriteRepository<R, K> records = DualWriteRepository.between(onOrigin, onTarget)
                    .name(migration + "-rehearsal")
                    .key(keyOf)
                    .codec(codec)
                    .build();
            return new Stand<>(
                    records.migration(),
                    new Through<>(records),
                    onOrigin,
                    new CanaryStore<>(target, canaries, keyOf, codec));
        };
        return new Rehearsal<>(migration, canaries, setup, plan, times);
    }

    /** The name of the real migration. */
    public String migration() {
        return migration;
    }

    /** As {@link #rehearse(Consumer)}, told at the end alone. */
    public RehearsalReport rehearse() throws InterruptedException {
        return rehearse(check -> {});
    }

    /**
     * Rehearses, and removes whatever it has made.
     *
     * @param progress told of each thing that was looked at, right after it was, on the calling thread; must not throw
     * @return what came of it; never throws for what is found wrong
     * @throws InterruptedException when interrupted; what it has made was removed as far as that was possible
     */
    public RehearsalReport rehearse(Consumer<RehearsalReport.Check> progress) throws InterruptedException {
        return new Run(progress).report();
    }

    Stand.Setup<R, K> setup() {
        return setup;
    }

    /** The rehearsal cannot go on. */
    private static final class EndedEarly extends Exception {
        private static final long serialVersionUID = 1;
    }

    private final class Run {
        private final TargetTrouble trouble = new TargetTrouble();
        private final List<RehearsalReport.Check> checks = new ArrayList<>();
        private final List<LoadResult> loads = new ArrayList<>();
        private final List<StepTime> steps = new ArrayList<>();
        private final Instant at = plan.rollback().clock().instant();
        private final long begun = pace.nanos();
        private final Consumer<RehearsalReport.Check> progress;

        Run(Consumer<RehearsalReport.Check> progress) {
            this.progress = progress;
        }

        RehearsalReport report() throws InterruptedException {
            try {
                play();
            } catch (EndedEarly told) {
                LOG.info("The rehearsal of {} ended early", migration);
            } catch (InterruptedException stopped) {
                throw stopped;
            } catch (Exception failed) {
                check("rehearsal", false, "it ended with " + told(failed));
            }
            Duration took = Duration.ofNanos(pace.nanos() - begun);
            return new RehearsalReport(migration, at, took, checks, loads, steps);
        }

        private void play() throws Exception {
            must("canaries", canaries.problems());
            Stand<R, K> stand = setup.with(trouble);
            try (Migration rehearsed = stand.migration()) {
                boolean ownName = !rehearsed.name().equals(migration);
                must("name", ownName ? List.of() : List.of("what is rehearsed has the name of the real migration"));
                rehearsed.approve(Stage.JOURNAL, WHO);
                if (!rehearsed.isStarted()) {
                    rehearsed.start();
                }
                must("keys", strangers(stand));
                try (Load<R, K> load = new Load<>(canaries, stand.through(), plan, pace)) {
                    tidy(stand);
                    walk(stand, load);
                } finally {
                    trouble.now(new None());
                    tidyAtLast(stand);
                }
            }
        }

        private void walk(Stand<R, K> stand, Load<R, K> load) throws Exception {
            Migration rehearsed = stand.migration();
            must("preflight", rehearsed.preflight());
            forward(rehearsed, Stage.DUAL_WRITE);
            written(stand, load, stand.origin(), "write");
            followed(stand, load, stand.target(), "transfer");
            backfilled(rehearsed);
            forward(rehearsed, Stage.SHADOW);
            verified(stand, load);
            underLoad(stand, load);
            clean(rehearsed);
            LoadResult switched = meanwhile(load, "the switch", () -> forward(rehearsed, Stage.LIVE));
            felt("switch", switched);
            written(stand, load, stand.target(), "write after the switch");
            followed(stand, load, stand.origin(), "reverse");
            drilled(stand, load);
            removed(stand);
        }

        /** Records under the canaries' keys that are none. */
        private List<String> strangers(Stand<R, K> stand) throws Exception {
            long strangers = 0;
            for (K key : canaries.keys()) {
                R onOrigin = stand.origin().find(key);
                R onTarget = stand.target().find(key);
                boolean own = (onOrigin == null || canaries.isCanary().test(onOrigin))
                        && (onTarget == null || canaries.isCanary().test(onTarget));
                strangers += own ? 0 : 1;
            }
            return strangers == 0
                    ? List.of()
                    : List.of("under " + strangers + " of the canaries' keys there are records that are no canaries;"
                            + " nothing was touched, give them other keys");
        }

        private void forward(Migration rehearsed, Stage goal) throws Exception {
            Stage from = rehearsed.stage();
            while (from != goal) {
                Stage next = Steps.next(from, goal);
                long start = pace.nanos();
                try {
                    rehearsed.step(from, next);
                } catch (StageRefusedException refused) {
                    must("step to " + next, refused.reasons());
                }
                keep(time(from + " → " + next, Duration.ofNanos(pace.nanos() - start)));
                from = next;
            }
            check("step to " + goal, true, "it is there");
        }

        private void written(Stand<R, K> stand, Load<R, K> load, Store<R, K> authority, String what) throws Exception {
            long lacking = 0;
            for (K key : canaries.keys()) {
                load.write(key);
                boolean read = load.isKnown(key, stand.through().find(key));
                boolean there = load.isKnown(key, authority.find(key));
                lacking += read && there ? 0 : 1;
            }
            check(what, lacking == 0, told(lacking, "were read back, and are where they should be"));
        }

        private void followed(Stand<R, K> stand, Load<R, K> load, Store<R, K> copy, String what) throws Exception {
            long start = pace.nanos();
            boolean drained = stand.migration().awaitDrained(plan.patience());
            Duration took = Duration.ofNanos(pace.nanos() - start);
            if (!drained) {
                check(what, false, "the copy had not followed after " + plan.patience());
                return;
            }
            long lacking = 0;
            for (K key : canaries.keys()) {
                lacking += load.isKnown(key, copy.find(key)) ? 0 : 1;
            }
            check(what, lacking == 0, told(lacking, "are on the copy after " + took.toMillis() + " ms"));
        }

        private String told(long lacking, String right) {
            return lacking == 0
                    ? "all " + canaries.count() + " " + right
                    : lacking + " of " + canaries.count() + " are missing or differ";
        }

        private void backfilled(Migration rehearsed) throws Exception {
            long start = pace.nanos();
            BackfillReport report = rehearsed.backfill();
            Duration took = Duration.ofNanos(pace.nanos() - start);
            keep(time("backfill", took));
            check("backfill", true, report + " in " + took.toMillis() + " ms");
        }

        /** A verification that finds nothing proves little: what was planted has to be found, by it or in the background. */
        private void verified(Stand<R, K> stand, Load<R, K> load) throws Exception {
            clean(stand.migration());
            K key = canaries.key().apply(0);
            Set<RecordId> found = ConcurrentHashMap.newKeySet();
            try (Subscription listening = stand.migration().listen(event -> {
                if (event instanceof MismatchConfirmed mismatch) {
                    found.add(mismatch.record());
                }
            })) {
                stand.target().save(canaries.record().apply(key, -1));
                stand.migration().verify(VerifyPolicy.REPAIR);
            }
            boolean repaired = load.isKnown(key, stand.target().find(key));
            check(
                    "planted difference",
                    found.size() == 1 && repaired,
                    "of 1 planted on the target, " + found.size() + " found, "
                            + (repaired ? "and repaired" : "and not repaired"));
        }

        private void clean(Migration rehearsed) throws Exception {
            long start = pace.nanos();
            VerifyReport report = rehearsed.verify(VerifyPolicy.REPAIR);
            keep(time("verification", Duration.ofNanos(pace.nanos() - start)));
            for (int passes = 1; passes < PASSES && !report.isClean(); passes++) {
                report = rehearsed.verify(VerifyPolicy.REPAIR);
            }
            check(
                    "verification",
                    report.isClean(),
                    report.rows().origin() + " and " + report.rows().target() + " records compared, "
                            + report.confirmed() + " differ in the last pass");
        }

        private void underLoad(Stand<R, K> stand, Load<R, K> load) throws Exception {
            LoadResult calm = load.run("nothing");
            loads.add(calm);
            check("load", calm.failed() + calm.wrong() == 0, told(calm));
            long bound = Math.max(
                    plan.slowest().toNanos(), (long) (plan.ratio() * calm.most().toNanos()));
            for (Kind kind : plan.troubles()) {
                trouble.now(kind);
                LoadResult result = load.run(kind.toString());
                long met = trouble.met();
                trouble.now(new None());
                loads.add(result);
                check(kind.toString(), result.failed() + result.wrong() == 0, told(result));
                check(
                        kind + ", latency",
                        result.most().toNanos() <= bound,
                        "p99 " + result.most().toMillis() + " ms, up to "
                                + Duration.ofNanos(bound).toMillis() + " ms is fast enough");
                check(
                        kind + ", met",
                        met > 0,
                        met > 0 ? met + " calls to the target met it" : "nothing that leads to the target is wrapped");
                followed(stand, load, stand.target(), kind + ", afterwards");
            }
        }

        private void drilled(Stand<R, K> stand, Load<R, K> load) throws Exception {
            RollbackPlan back = RollbackPlan.of(stand.migration(), Stage.LIVE, Stage.DUAL_WRITE, plan.rollback());
            List<RollbackRun> runs = new ArrayList<>();
            LoadResult result = meanwhile(load, "the way back", () -> runs.add(back.run(true, this::keep)));
            must("way back", runs.get(0).against());
            check("way back", true, runs.get(0).steps().size() + " steps, all checks held");
            felt("way back", result);
            long lost = 0;
            for (K key : canaries.keys()) {
                lost += load.isKnown(key, stand.origin().find(key)) ? 0 : 1;
            }
            check("nothing lost", lost == 0, told(lost, "are on the origin as they were written last"));
        }

        private void removed(Stand<R, K> stand) throws Exception {
            for (K key : canaries.keys()) {
                stand.through().delete(key);
            }
            boolean drained = stand.migration().awaitDrained(plan.patience());
            long left = left(stand);
            check(
                    "delete",
                    drained && left == 0,
                    left == 0 ? "no canary is left on either side" : left + " canaries were not deleted");
        }

        private long left(Stand<R, K> stand) throws Exception {
            long left = 0;
            for (K key : canaries.keys()) {
                left += stand.origin().find(key) == null && stand.target().find(key) == null ? 0 : 1;
            }
            return left;
        }

        private void felt(String what, LoadResult result) {
            check(what + ", callers", result.failed() + result.wrong() == 0, told(result));
        }

        private static String told(LoadResult result) {
            return result.calls() + " calls, " + result.failed() + " failed, " + result.wrong() + " wrong"
                    + (result.faults().isEmpty() ? "" : " " + result.faults());
        }

        private LoadResult meanwhile(Load<R, K> load, String during, Act act) throws Exception {
            AtomicBoolean over = new AtomicBoolean();
            Load.Running running = load.begin(during, over::get);
            try {
                act.make();
            } finally {
                over.set(true);
                loads.add(running.end());
            }
            return loads.get(loads.size() - 1);
        }

        /** Back at OFF, where neither side follows, canaries are deleted on each by itself. */
        private void tidy(Stand<R, K> stand) throws Exception {
            Stage from =
                    stand.migration().status().stage().orElse(stand.migration().stage());
            if (from != Stage.OFF) {
                RollbackPlan.of(stand.migration(), from, Stage.OFF, plan.rollback())
                        .run(false, time -> {});
            }
            for (K key : canaries.keys()) {
                for (Store<R, K> side : List.of(stand.origin(), stand.target())) {
                    R found = side.find(key);
                    if (found != null && canaries.isCanary().test(found)) {
                        side.delete(key);
                    }
                }
            }
        }

        private void tidyAtLast(Stand<R, K> stand) throws InterruptedException {
            try {
                tidy(stand);
                long left = left(stand);
                Stage stage = stand.migration().stage();
                boolean tidy = left == 0 && stage == Stage.OFF;
                check("tidied up", tidy, left + " canaries are left, and what was rehearsed is at " + stage);
            } catch (InterruptedException stopped) {
                throw stopped;
            } catch (Exception failed) {
                check("tidied up", false, "it failed with " + told(failed) + "; run the rehearsal again to try again");
            }
        }

        private void must(String name, List<String> against) throws EndedEarly {
            if (!against.isEmpty()) {
                check(name, false, String.join("; ", against));
                throw new EndedEarly();
            }
        }

        private void check(String name, boolean holds, String told) {
            RehearsalReport.Check check = new RehearsalReport.Check(name, holds, told);
            checks.add(check);
            progress.accept(check);
        }

        private StepTime time(String step, Duration took) {
            return new StepTime(step, took, true, plan.rollback().clock().instant());
        }

        private void keep(StepTime time) {
            steps.add(time);
            try {
                times.keep(migration, time);
            } catch (Exception lost) {
                LOG.warn("How long {} took could not be kept ({})", time.step(), Fault.of(lost));
            }
        }

        private static String told(Exception failed) {
            boolean own = failed instanceof ControlException || failed instanceof StageRefusedException;
            return own ? String.valueOf(failed.getMessage()) : Fault.of(failed).kind();
        }
    }

    /** As the application reads and writes. */
    private record Through<R, K>(DualWriteRepository<R, K> records) implements Store<R, K> {
        @Override
        public @Nullable R find(K key) {
            return records.find(key);
        }

        @Override
        public void save(R record) {
            records.save(record);
        }

        @Override
        public void delete(K key) {
            records.delete(key);
        }
    }

    @FunctionalInterface
    private interface Act {
        void make() throws Exception;
    }
}
