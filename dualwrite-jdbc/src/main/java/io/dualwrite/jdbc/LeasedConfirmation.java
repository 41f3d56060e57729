package io.dualwrite.jdbc;

import io.dualwrite.compare.Equivalence;
import io.dualwrite.compare.Verdict;
import io.dualwrite.jdbc.TransferLeases.Lease;
import io.dualwrite.path.TimedCalls;
import io.dualwrite.repair.Confirmation;
import io.dualwrite.repair.Discrepancy;
import io.dualwrite.repair.KeyedStores;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Confirms differences under the {@link TransferLeases lease} that keeps transfers away: reads the copy, then the authority,
 * and then asks the journal, where a write has its intent from before its call. What a failed write may yet change is told
 * neither equal nor different. Thread-safe; blocks.
 */
final class LeasedConfirmation<R, K> implements Confirmation {
    private final KeyedStores<R, K> stores;
    private final TransferLeases leases;
    private final TimedCalls calls;
    private final IntentFirstTransactions.Kept kept;
    private final Sides<? extends ControlRows> controls;
    private final Equivalence<? super R> equivalence;

    LeasedConfirmation(
            KeyedStores<R, K> stores,
            TransferLeases leases,
            TimedCalls calls,
            IntentFirstTransactions.Kept kept,
            Sides<? extends ControlRows> controls,
            Equivalence<? super R> equivalence) {
        this.stores = stores;
        this.leases = leases;
        this.calls = calls;
        this.kept = kept;
        this.controls = controls;
        this.equivalence = equivalence;
    }

    @Override
    public List<Discrepancy> confirm(Side authority, Set<RecordId> records) throws Exception {
        if (records.isEmpty()) {
            return List.of();
        }
        Comparing comparing = new Comparing(authority);
        leases.run(authority.other(), records, comparing);
        return List.copyOf(comparing.found.values());
    }

    @Override
    public List<RecordId> unconfirmed(Side copy, int limit) throws SQLException {
        return new RecheckList(kept.places().of(copy)).oldest(limit);
    }

    private final class Comparing implements TransferLeases.Work {
        private final Side authority;
        private final Map<RecordId, Discrepancy> different = new LinkedHashMap<>();
        private final Map<RecordId, Discrepancy> found = new LinkedHashMap<>();

        Comparing(Side authority) {
            this.authority = authority;
        }

        @Override
        public boolean writes() {
            return false;
        }

        @Override
        public void on(RecordId record, Lease lease) throws Exception {
            R copied = calls.call(() -> Optional.ofNullable(stores.find(authority.other(), record)))
                    .orElse(null);
            R original = calls.call(() -> Optional.ofNullable(stores.find(authority, record)))
                    .orElse(null);
            Verdict verdict = equivalence.compare(original, copied);
            if (verdict.isEqual()) {
                return;
            }
            Discrepancy.Kind kind = copied == null
                    ? Discrepancy.Kind.MISSING
                    : original == null ? Discrepancy.Kind.EXTRA : Discrepancy.Kind.DIFFERENT;
            different.put(
                    record,
                    new Discrepancy(record, kind, kind == Discrepancy.Kind.DIFFERENT ? verdict.fields() : List.of()));
        }

        /** Still under the lease: no transfer has removed an intent of these since they were read. May be done again. */
        @Override
        public void ended(Session session, List<RecordId> done, boolean last) throws SQLException {
            Side copy = authority.other();
            Set<RecordId> inDoubt = kept.calls().of(copy).live(session.run(), CallsUnderWay.Purpose.IN_DOUBT, done);
            List<RecordId> differing =
                    done.stream().filter(different::containsKey).toList();
            found.keySet().removeAll(done);
            if (!differing.isEmpty()) {
                Set<RecordId> open = new HashSet<>(inDoubt);
                kept.journals().of(authority).seen(differing).forEach(intent -> open.add(intent.record()));
                List<RecordRange> ranges = kept
                        .journals()
                        .of(authority)
                        .ranges(stores.type().name())
                        .stream()
                        .map(intent -> RecordRange.of(intent.record()))
                        .toList();
                differing.stream()
                        .filter(record ->
                                ranges.stream().anyMatch(range -> stores.type().isIn(range, record)))
                        .forEach(open::add);
                // Where changes leave no intents, having none says nothing.
                boolean journalled = controls.of(authority).read().journalled();
                differing.stream()
                        .filter(record -> journalled && !open.contains(record))
                        .forEach(record -> found.put(record, Objects.requireNonNull(different.get(record))));
            }
            new RecheckList(kept.places().of(copy))
                    .remove(
                            session,
                            done.stream()
                                    .filter(record -> !different.containsKey(record) && !inDoubt.contains(record))
                                    .toList());
        }
    }
}
