package io.dualwrite;

import io.dualwrite.event.Contexts;
import io.dualwrite.event.MigrationEvent.CallMissed;
import io.dualwrite.fence.CallFence;
import io.dualwrite.fence.CallTransactions;
import io.dualwrite.journal.Journal;
import io.dualwrite.journal.MemoryJournal;
import io.dualwrite.journal.Missed;
import io.dualwrite.journal.OpenCalls;
import io.dualwrite.path.InlineCalls;
import io.dualwrite.path.ReadPath;
import io.dualwrite.path.ReplayPath;
import io.dualwrite.path.TimedCalls;
import io.dualwrite.repair.BackgroundJob;
import io.dualwrite.repair.Carrier;
import io.dualwrite.repair.Checkpoint;
import io.dualwrite.repair.Confirmation;
import io.dualwrite.repair.Discrepancy;
import io.dualwrite.repair.MemoryCheckpoints;
import io.dualwrite.repair.ReplayCarrier;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.RecordType;
import io.github.resilience4j.retry.Retry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A migration of two sides that can only be called, within one process: rows, fence, journal and the calls to be replayed
 * are in memory. Thread-safe.
 */
final class ReplayMigration extends Migration {
    private static final Duration LOCK_TIMEOUT = Duration.ofMillis(200);
    private static final int REPLAY_THREADS = 8;
    private static final int FURTHER_RELAYS = 3;

    private final Wiring wiring;
    private final ReplayPath writes;
    private final List<BackgroundJob> relays = new ArrayList<>();

    /**
     * How calls are replayed.
     *
     * @param mostOfRecord how many calls of one record wait at most
     * @param most how many calls wait at most
     * @param inline whether the copy is called on the caller's thread first
     * @param doubtful whether a failure of the authority leaves open if the call was made
     * @param repair brings records up to date that have missed calls, or null
     */
    record Rules(
            int mostOfRecord,
            int most,
            boolean inline,
            Predicate<Throwable> doubtful,
            ReplayCarrier.@Nullable Repair repair) {}

    /** What the parts of one migration share. */
    private record Wiring(OpenCalls open, CallFence fence, TimedCalls calls) {}

    private ReplayMigration(
            String name, MigrationParts parts, MigrationSettings settings, Wiring wiring, Rules rules, Told told) {
        super(name, parts, settings);
        this.wiring = wiring;
        told.to(this);
        this.writes = new ReplayPath(
                (CallTransactions) transactions(),
                wiring.fence,
                new ReplayPath.Plan(
                        wiring.open,
                        rules.inline
                                ? new InlineCalls(
                                        settings.copyCalls().breaker(),
                                        settings.copyCalls().retry())
                                : null,
                        rules.doubtful,
                        this::changed,
                        Contexts.of(settings.context())),
                listener());
    }

    /** Hands on what is told before the migration is there, which nothing is, and after. */
    private static final class Told implements OpenCalls.Told {
        private volatile @Nullable ReplayMigration migration;

        void to(ReplayMigration made) {
            migration = made;
        }

        @Override
        public void missed(RecordId record, String operation, String reason) {
            ReplayMigration to = migration;
            if (to != null) {
                to.listener().on(new CallMissed(record, operation, reason));
            }
        }
    }

    /** Wires the migration at the given stage; starts nothing and calls no side. */
    static ReplayMigration at(
            Stage stage, String name, List<RecordType<?, ?>> types, MigrationSettings settings, Rules rules) {
        Told told = new Told();
        Sides<Journal> journals = Sides.each(side -> new MemoryJournal(settings.pace()::nanos));
        OpenCalls open = new OpenCalls(journals, rules.mostOfRecord, rules.most, rules.repair != null, told);
        CallFence fence = new CallFence(StoreMigration.rowsAt(stage), LOCK_TIMEOUT, settings.pace(), open::clear);
        TimedCalls calls =
                TimedCalls.of(name, "replay", settings.copyCalls(), REPLAY_THREADS, Contexts.of(settings.context()));
        Wiring wiring = new Wiring(open, fence, calls);
        MigrationParts parts = new MigrationParts(
                types,
                fence.controls(),
                journals,
                context -> new CallTransactions(
                        fence,
                        context,
                        records -> open.drop(
                                fence.standing().side(), records, "work", "it was no call that could be made again")),
                new TimedReplays(calls, settings.copyCalls().retry(), new ReplayCarrier(fence, open, rules.repair)),
                new NothingToConfirm(),
                null,
                new MemoryCheckpoints(),
                new StoreMigration.NothingToCheck(),
                authority -> {});
        return new ReplayMigration(name, parts, settings, wiring, rules, told);
    }

    @Override
    public void start() {
        super.start();
        synchronized (relays) {
            for (int number = 2; number <= 1 + FURTHER_RELAYS; number++) {
                relays.add(relaying("relay-" + number));
            }
        }
    }

    ReadPath readPath() {
        return reads();
    }

    ReplayPath writePath() {
        return writes;
    }

    List<Missed> missed() {
        return wiring.open.missed();
    }

    boolean settle(Missed listed) {
        boolean[] settled = new boolean[1];
        return wiring.fence.tryAlone(
                        listed.record(),
                        () -> settled[0] = wiring.open.settle(
                                wiring.fence.standing().view().leader(), listed))
                && settled[0];
    }

    @Override
    public void close() {
        synchronized (relays) {
            relays.forEach(BackgroundJob::end);
        }
        super.close();
        synchronized (relays) {
            relays.forEach(BackgroundJob::close);
            relays.clear();
        }
        wiring.calls.close();
    }

    /** Brings one record over at a time, each within the deadline. */
    private record TimedReplays(TimedCalls calls, @Nullable Retry retry, Carrier carrier) implements Carrier {
        @Override
        public void carry(Side authority, Set<RecordId> records, @Nullable Checkpoint checkpoint) throws Exception {
            for (RecordId record : records) {
                Callable<RecordId> one = () -> calls.call(() -> {
                    carrier.carry(authority, Set.of(record), null);
                    return record;
                });
                if (retry == null) {
                    one.call();
                } else {
                    retry.executeCallable(one);
                }
            }
        }
    }

    /** Nobody can tell whether two sides are equal that can only be called. */
    private record NothingToConfirm() implements Confirmation {
        @Override
        public List<Discrepancy> confirm(Side authority, Set<RecordId> records) {
            return List.of();
        }

        @Override
        public List<RecordId> unconfirmed(Side copy, int limit) {
            return List.of();
        }
    }
}
