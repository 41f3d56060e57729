package io.dualwrite.repair;

import io.dualwrite.event.MigrationEvent.Finished;
import io.dualwrite.event.MigrationEvent.MismatchConfirmed;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Board;
import io.dualwrite.fence.Pace;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.store.RecordType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
    private final Board board;
    private final List<RecordType<?, ?>> types;
    private final @Nullable Scan scan;
    private final Confirmation confirmation;
    private final Checkpoints checkpoints;
    private final CleanPasses cleanPasses;
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
        this.cleanPasses = new CleanPasses(checkpoints);
        this.transfer = transfer;
        this.listener = listener;
        this.pace = pace;
    }

    /** Whether every record type has had a clean pass in this generation and nothing was repaired since. */
    public boolean isClean(int generation) {
        return types.stream().allMatch(type -> cleanPasses.isClean(type.name(), generation));
    }

    /** As {@link #verify(VerifyRequest)}, of everything. */
    public VerifyReport verify(VerifyPolicy policy) throws Exception {
        return verify(VerifyRequest.of(policy));
    }

    /**
     * Reads on both sides what it is to look at, confirms what differs, and does about it what the policy says. When it has
     * looked at everything and comes to its end, each record type of which nothing had to be confirmed is noted as clean.
     *
     * @throws IllegalStateException when no copy follows an authority now
     * @throws IllegalArgumentException for a range of a record type that there is not
     * @throws UnsupportedOperationException when the stores cannot list their keys, or cannot sum up ranges as they were asked
     *     to, with all reasons
     * @throws Exception when a store failed: nothing is noted, run again
     */
    public VerifyReport verify(VerifyRequest request) throws Exception {
        VerifyScope scope = request.scope();
        Scan listing = scan;
        if (listing == null && !(scope instanceof VerifyScope.Recent)) {
            throw new UnsupportedOperationException(
                    "These stores cannot list their keys; give both a ScannableStore to have verification");
        }
        ControlRow row = authorityRow();
        if (request.summed()) {
            requireSums(listing, scope);
        }
        long begun = pace.nanos();
        VerifyPass pass = new VerifyPass(request, board.view().leader(), this, listener, pace);
        if (scope instanceof VerifyScope.Recent recent) {
            pass.recent(recent.most());
        } else if (listing != null) {
            if (scope instanceof VerifyScope.Within within) {
                pass.range(type(within.range().type()), listing, within.range());
            } else if (scope instanceof VerifyScope.Sample sample) {
                for (RecordType<?, ?> type : types) {
                    pass.sample(type, listing, sample);
                }
            } else {
                everything(pass, listing, row.generation());
            }
        }
        return ended(pass, begun);
    }

    private void requireSums(@Nullable Scan listing, VerifyScope scope) throws Exception {
        if (!(listing instanceof SummingScan sums)) {
            throw new UnsupportedOperationException(
                    "These stores cannot sum up ranges of records; verify without that");
        }
        List<String> obstacles = new ArrayList<>();
        for (RecordType<?, ?> type : types) {
            if (!(scope instanceof VerifyScope.Within within)
                    || within.range().type().equals(type.name())) {
                obstacles.addAll(sums.obstacles(type.name()));
            }
        }
        if (!obstacles.isEmpty()) {
            throw new UnsupportedOperationException("Sums made in the databases would not tell: "
                    + String.join("; ", obstacles) + "; verify without them");
        }
    }

    private void everything(VerifyPass pass, Scan listing, int generation) throws Exception {
        // By type, how often its clean pass had been voided when this one began.
        Map<String, Long> proved = new LinkedHashMap<>();
        for (RecordType<?, ?> type : types) {
            long voids = cleanPasses.voids(type.name(), generation);
            if (pass.range(type, listing, type.all())) {
                proved.put(type.name(), voids);
            }
        }
        if (!pass.isStopped()) {
            proved.forEach((type, voids) -> {
                if (!cleanPasses.note(type, generation, voids)) {
                    pass.overtaken();
                }
            });
        }
    }

    /**
     * Everything, in parts that nodes verify one by one with {@link #verify(Part, VerifyPolicy)}, in any order and at the same
     * time. Each is to be read anew, whatever was found before. Blocks on both sides.
     *
     * @throws IllegalStateException when no copy follows an authority now
     */
    public List<Part> beginParts() {
        int generation = authorityRow().generation();
        List<Part> all = new ArrayList<>();
        for (RecordType<?, ?> type : types) {
            VerifyParts parts = new VerifyParts(checkpoints, type, generation);
            parts.begin();
            parts.cuts().forEach(cut -> all.add(cut.part()));
        }
        return all;
    }

    /**
     * As {@link #verify(VerifyRequest)}, of one part. Once every part of a record type has been read and found equal, by
     * whomever, and nobody has confirmed a difference since, the type is noted as clean. Of a part that there is not, or not
     * any more, nothing is read, and the report is not complete.
     */
    public VerifyReport verify(Part part, VerifyPolicy policy) throws Exception {
        Scan listing = scan;
        if (listing == null) {
            throw new UnsupportedOperationException(
                    "These stores cannot list their keys; give both a ScannableStore to have verification");
        }
        ControlRow row = authorityRow();
        RecordType<?, ?> type = type(part.type());
        VerifyParts parts = new VerifyParts(checkpoints, type, part.generation());
        List<VerifyParts.Cut> cuts = parts.cuts();
        boolean there = row.generation() == part.generation() && part.number() < cuts.size();
        RecordRange range = there ? cuts.get(part.number()).range() : type.all();
        VerifyPass pass = new VerifyPass(
                VerifyRequest.of(policy).within(range), board.view().leader(), this, listener, pace);
        long begun = pace.nanos();
        if (there) {
            Checkpoint mark = parts.begin(cuts.get(part.number()));
            if (pass.part(type, listing, range)) {
                parts.equal(cuts.get(part.number()), mark);
            }
        } else {
            pass.nothing();
        }
        return ended(pass, begun);
    }

    private VerifyReport ended(VerifyPass pass, long begun) {
        Duration took = Duration.ofNanos(pace.nanos() - begun);
        VerifyReport report = pass.report(took);
        long read = report.rows().origin() + report.rows().target();
        listener.on(new Finished("verification", read, took, pass.told()));
        return report;
    }

    private RecordType<?, ?> type(String name) {
        return types.stream()
                .filter(type -> type.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no record type '" + name + "' here"));
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
        return recent(authority, most).size();
    }

    /** The records that wait to be rechecked, up to {@code most}. */
    List<RecordId> recent(Side authority, int most) throws Exception {
        return confirmation.unconfirmed(authority.other(), most);
    }

    /** Those that differ of these, told to nobody. */
    Set<RecordId> stillDifferent(Side authority, List<Discrepancy> repaired) throws Exception {
        return ids(confirmation.confirm(authority, ids(repaired)));
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

    /**
     * Makes every record type wait for a new verification: what has been proved holds no longer. Blocks on both stores.
     */
    public void voidCleanPasses() {
        int generation = board.refresh(board.view().leader()).generation();
        types.forEach(type -> cleanPasses.voidPass(type.name(), generation));
    }

    private void voidCleanPass(Side authority, List<Discrepancy> found) {
        // Read now: noted under a generation that is over, the difference would leave this one's clean pass standing.
        int generation = board.refresh(authority).generation();
        found.stream()
                .map(each -> each.record().type())
                .distinct()
                .forEach(type -> cleanPasses.voidPass(type, generation));
    }

    private static Set<RecordId> ids(List<Discrepancy> found) {
        return found.stream().map(Discrepancy::record).collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
