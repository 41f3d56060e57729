package io.dualwrite.repair;

import io.dualwrite.event.MigrationEvent.Finished;
import io.dualwrite.event.MigrationEvent.MismatchConfirmed;
import io.dualwrite.event.MigrationEvent.Progress;
import io.dualwrite.event.MigrationEvent.Repaired;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Board;
import io.dualwrite.fence.Pace;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.store.RecordType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Compares both sides while writes go on, exactly. Streams both in key order and merges them; what differs is only a
 * candidate, since there is no common snapshot, and is then confirmed under the copy's lock. Repairs by {@link Transfer}.
 *
 * <p>A candidate with an open intent is in flight: its transfer puts it on the list of records to be rechecked, which
 * {@link #recheck} works off and which a flip wants empty. Thread-safe; blocks; may be killed and run again.
 */
public final class Verifier {
    private static final int CONFIRM_AT_ONCE = 100;
    private static final Duration PROGRESS_EVERY = Duration.ofMillis(500);

    private final Board board;
    private final List<RecordType<?, ?>> types;
    private final @Nullable Scan scan;
    private final Confirmation confirmation;
    private final Checkpoints checkpoints;
    private final Transfer transfer;
    private final MigrationListener listener;
    private final Pace pace;
    private volatile List<RecordId> lastRechecked = List.of();

    /** {@code checkpoints} are the target's; without a {@code scan} single records can be confirmed, but not all. */
    public Verifier(
            Board board,
            List<RecordType<?, ?>> types,
            @Nullable Scan scan,
            Confirmation confirmation,
            Checkpoints checkpoints,
            Transfer transfer,
            MigrationListener listener,
            Pace pace) {
        this.board = board;
        this.types = List.copyOf(types);
        this.scan = scan;
        this.confirmation = confirmation;
        this.checkpoints = checkpoints;
        this.transfer = transfer;
        this.listener = listener;
        this.pace = pace;
    }

    /** Whether every record type has had a clean pass in this generation and nothing was repaired since. */
    public boolean isClean(int generation) {
        return types.stream()
                .allMatch(type ->
                        cleanPass(type.name(), generation).map(Checkpoint::done).orElse(false));
    }

    /**
     * Reads everything on both sides, confirms what differs, and repairs it where the policy says so. A pass that confirms
     * nothing is noted as clean.
     *
     * @throws IllegalStateException when no copy follows an authority now
     * @throws Exception when a store failed: nothing is noted, run again
     */
    public VerifyReport verify(VerifyPolicy policy) throws Exception {
        if (scan == null) {
            throw new UnsupportedOperationException(
                    "These stores cannot list their keys; give both a ScannableStore to have verification");
        }
        ControlRow row = authorityRow();
        long begun = pace.nanos();
        long[] rows = new long[2];
        boolean complete = true;
        long candidates = 0;
        long confirmed = 0;
        long repaired = 0;
        List<Discrepancy> samples = new ArrayList<>();
        for (RecordType<?, ?> type : types) {
            Optional<Checkpoint> before = cleanPass(type.name(), row.generation());
            TypePass<?> pass = new TypePass<>(type, scan, policy);
            pass.run();
            for (Side side : Side.values()) {
                rows[side.ordinal()] += pass.rows[side.ordinal()];
            }
            complete &= pass.complete;
            candidates += pass.candidates;
            confirmed += pass.confirmed;
            repaired += pass.repaired;
            pass.samples.stream()
                    .limit(VerifyReport.MOST_SAMPLES - samples.size())
                    .forEach(samples::add);
            if (pass.confirmed == 0 && pass.complete) {
                // Whoever voids the clean pass counts its checkpoint's rows up: then this pass, which began before,
                // proves
                // nothing, and does not replace what is no longer there.
                checkpoints.replace(before.orElse(null), cleanPass(before, type.name(), row.generation(), true));
            }
        }
        Duration took = Duration.ofNanos(pace.nanos() - begun);
        listener.on(new Finished("verification", rows[0] + rows[1], took));
        return new VerifyReport(
                new Sides<>(rows[0], rows[1]), complete, candidates, confirmed, repaired, samples, took);
    }

    /**
     * Confirms up to {@code most} records that transfers away from {@code authority} have written since they were last
     * confirmed, and repairs those that differ.
     */
    public Recheck recheck(Side authority, int most) throws Exception {
        List<RecordId> records = confirmation.unconfirmed(authority.other(), most);
        if (records.isEmpty()) {
            return new Recheck(0, 0, false);
        }
        List<Discrepancy> different = confirm(authority, new LinkedHashSet<>(records), VerifyPolicy.REPAIR);
        // Records in flight stay on the list. When they are all that is left, looking again at once would never end.
        boolean more = records.size() == most && !records.equals(lastRechecked);
        lastRechecked = records;
        return new Recheck(records.size(), different.size(), more);
    }

    /** How many records wait to be rechecked, counted up to {@code most}. */
    int unconfirmed(Side authority, int most) throws Exception {
        return confirmation.unconfirmed(authority.other(), most).size();
    }

    /**
     * What a recheck did.
     *
     * @param looked how many records were looked at; 0 when none are left
     * @param different how many of them really differed
     * @param more whether there may be others that nobody has looked at
     */
    public record Recheck(int looked, int different, boolean more) {}

    /**
     * Confirms these records now and, where the policy says so, repairs those that really differ.
     *
     * @return those that really differed
     */
    public List<Discrepancy> confirm(Side authority, Set<RecordId> records, VerifyPolicy policy) throws Exception {
        List<Discrepancy> found = confirmation.confirm(authority, records);
        for (Discrepancy each : found) {
            listener.on(new MismatchConfirmed(each.record(), each.kind().name(), each.fields()));
        }
        if (!found.isEmpty()) {
            // Void the clean pass first: a repair must not be forgotten because its repairer died.
            voidCleanPass(authority, found);
            if (policy == VerifyPolicy.REPAIR) {
                transfer.transfer(authority, ids(found));
            }
        }
        return found;
    }

    private ControlRow authorityRow() {
        Side authority = board.view().authority();
        ControlRow row = authority == null ? null : board.refresh(authority);
        if (row == null || !row.stage().write().followed()) {
            throw new IllegalStateException(
                    "A verification needs an authority and a copy that follows it: DUAL_WRITE, SHADOW,"
                            + " LIVE or RAMP_DOWN; the stage is " + board.stage());
        }
        return row;
    }

    private Optional<Checkpoint> cleanPass(String type, int generation) {
        return checkpoints.find(Checkpoint.CLEAN_PASS, type, generation);
    }

    /** What the clean pass becomes; its rows count how often it was voided. */
    private static Checkpoint cleanPass(Optional<Checkpoint> before, String type, int generation, boolean clean) {
        long voids = before.map(Checkpoint::rows).orElse(0L);
        return new Checkpoint(Checkpoint.CLEAN_PASS, type, generation, null, clean ? voids : voids + 1, clean);
    }

    /**
     * Makes every record type wait for a new verification: what has been proved holds no longer. Blocks on both stores.
     */
    public void voidCleanPasses() {
        int generation = board.refresh(board.view().leader()).generation();
        types.forEach(type -> voidCleanPass(type.name(), generation));
    }

    private void voidCleanPass(Side authority, List<Discrepancy> found) {
        // Read now: noted under a generation that is over, the difference would leave this one's clean pass standing.
        int generation = board.refresh(authority).generation();
        found.stream().map(each -> each.record().type()).distinct().forEach(type -> voidCleanPass(type, generation));
    }

    private void voidCleanPass(String type, int generation) {
        Optional<Checkpoint> now;
        do {
            now = cleanPass(type, generation);
        } while (!checkpoints.replace(now.orElse(null), cleanPass(now, type, generation, false)));
    }

    private static Set<RecordId> ids(List<Discrepancy> found) {
        return found.stream().map(Discrepancy::record).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** One pass over one record type. */
    private final class TypePass<K> {
        private final RecordType<?, K> type;
        private final Scan scan;
        private final VerifyPolicy policy;
        private final Side authority = board.view().leader();
        private final long begun = pace.nanos();
        private final long[] rows = new long[2];
        private final Set<RecordId> suspects = new LinkedHashSet<>();
        private final List<Discrepancy> samples = new ArrayList<>();
        private Pace.Deadline nextProgress = pace.in(PROGRESS_EVERY);
        private boolean complete;
        private long candidates;
        private long confirmed;
        private long repaired;

        TypePass(RecordType<?, K> type, Scan scan, VerifyPolicy policy) {
            this.type = type;
            this.scan = scan;
            this.policy = policy;
        }

        void run() throws Exception {
            try (Scan.Prints origins = scan.fingerprints(Side.ORIGIN, type.name());
                    Scan.Prints targets = scan.fingerprints(Side.TARGET, type.name())) {
                Scan.Print origin = next(origins, Side.ORIGIN);
                Scan.Print target = next(targets, Side.TARGET);
                while (origin != null || target != null) {
                    int order = order(origin, target);
                    if (order != 0) {
                        suspect(order < 0 ? origin : target);
                    } else if (origin != null
                            && target != null
                            && !origin.digest().equals(target.digest())) {
                        suspect(origin);
                    }
                    if (order <= 0) {
                        origin = next(origins, Side.ORIGIN);
                    }
                    if (order >= 0) {
                        target = next(targets, Side.TARGET);
                    }
                }
            }
            confirmSuspects();
            complete = isRead(Side.ORIGIN) && isRead(Side.TARGET);
            tell();
        }

        /** Comparing nothing with nothing proves nothing, unless the side that showed nothing has nothing. */
        private boolean isRead(Side side) throws Exception {
            return rows[side.ordinal()] > 0
                    || scan.keysAfter(side, type.name(), null, 1).isEmpty();
        }

        private int order(Scan.@Nullable Print origin, Scan.@Nullable Print target) {
            if (origin == null || target == null) {
                return origin == null ? 1 : -1;
            }
            return type.codec()
                    .compare(type.codec().decode(origin.key()), type.codec().decode(target.key()));
        }

        private Scan.@Nullable Print next(Scan.Prints prints, Side side) {
            if (!prints.hasNext()) {
                return null;
            }
            rows[side.ordinal()]++;
            if (side == Side.ORIGIN && nextProgress.isOver()) {
                tell();
                nextProgress = pace.in(PROGRESS_EVERY);
            }
            return prints.next();
        }

        private void suspect(Scan.@Nullable Print print) throws Exception {
            if (print != null) {
                candidates++;
                suspects.add(new RecordId(type.name(), print.key()));
            }
            if (suspects.size() >= CONFIRM_AT_ONCE) {
                confirmSuspects();
            }
        }

        private void confirmSuspects() throws Exception {
            if (suspects.isEmpty()) {
                return;
            }
            List<Discrepancy> found = confirm(authority, suspects, policy);
            suspects.clear();
            confirmed += found.size();
            found.stream().limit(VerifyReport.MOST_SAMPLES - samples.size()).forEach(samples::add);
            if (policy == VerifyPolicy.REPAIR && !found.isEmpty()) {
                Set<RecordId> stillDifferent = new HashSet<>(ids(confirmation.confirm(authority, ids(found))));
                for (RecordId record : ids(found)) {
                    if (!stillDifferent.contains(record)) {
                        repaired++;
                        listener.on(new Repaired(record));
                    }
                }
            }
        }

        private void tell() {
            Duration elapsed = Duration.ofNanos(pace.nanos() - begun);
            listener.on(new Progress("verification", type.name(), rows[0], -1, elapsed));
        }
    }
}
