package io.dualwrite.jdbc;

import io.dualwrite.MigrationParts;
import io.dualwrite.compare.Equivalence;
import io.dualwrite.fence.FenceContext;
import io.dualwrite.fence.Pace;
import io.dualwrite.path.TimedCalls;
import io.dualwrite.repair.KeyedStores;
import io.dualwrite.repair.Scan;
import io.dualwrite.repair.StoreScan;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.store.RecordType;
import io.dualwrite.store.ScannableStore;
import io.dualwrite.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Makes a migration's parts out of two stores and the database of their journal. Touches neither. */
class StoresParts<R, K> {
    private static final int CALLS_AT_ONCE = 8;

    private final Declaration<R, K> declared;
    private final IntentFirstTransactions.Kept kept;
    private final Sides<StoreControlRows> controls;
    private final TimedCalls timed;

    /**
     * What is declared of a migration between two stores.
     *
     * @param name the migration's name
     * @param journal the database of control rows and journals
     * @param type the records
     * @param stores the store of each side
     * @param grace how long calls take
     * @param limits how long the library's own work in the journal's database may take
     * @param equivalence how records are compared
     * @param installing whether to create the library's tables where they are missing
     * @param adopting whether records found on the target may be replaced
     * @param answered whether somebody answers for calls that are never late
     * @param pace time and waiting
     */
    record Declaration<R, K>(
            String name,
            DataSource journal,
            RecordType<R, K> type,
            Sides<Store<R, K>> stores,
            Grace grace,
            Limits limits,
            Equivalence<? super R> equivalence,
            boolean installing,
            boolean adopting,
            BooleanSupplier answered,
            Pace pace) {}

    StoresParts(Declaration<R, K> declared) {
        this.declared = declared;
        Sides<Place> places = Sides.each(
                side -> new Place(declared.name(), side, declared.journal(), declared.limits(), declared.pace()));
        Sides<CallsUnderWay> calls =
                Sides.each(side -> calls(places.of(side), declared.grace().grace()));
        this.kept = new IntentFirstTransactions.Kept(
                places,
                Sides.each(side ->
                        new IntentFirstJournal(places.of(side), new JdbcJournal(places.of(side)), calls.of(side))),
                calls);
        this.controls =
                Sides.each(side -> new StoreControlRows(places.of(side), declared.installing(), calls.of(side)));
        this.timed =
                new TimedCalls(declared.name(), "transfer", declared.grace().deadline(), CALLS_AT_ONCE);
    }

    MigrationParts parts() {
        KeyedStores<R, K> keyed = new KeyedStores<>(declared.type(), declared.stores());
        TransferLeases leases = leases();
        return new MigrationParts(
                List.of(declared.type()),
                Sides.each(controls::of),
                Sides.each(kept.journals()::of),
                this::transactions,
                new LeasedCarrier<>(
                        keyed, leases, timed, kept.journals(), kept.places().target()),
                new LeasedConfirmation<>(keyed, leases, timed, kept, controls, declared.equivalence()),
                scan(keyed),
                new JdbcCheckpoints(kept.places().target()),
                new StoresPreflight<>(
                        kept,
                        controls,
                        declared.stores(),
                        new StoresPreflight.Declared(
                                declared.type().name(),
                                declared.adopting(),
                                declared.grace().grace(),
                                declared.answered()),
                        timed),
                authority -> {});
    }

    private TransferLeases leases() {
        return leases(kept.places(), controls, kept.calls(), declared.grace(), declared.pace());
    }

    TransferLeases leases(
            Sides<Place> places,
            Sides<? extends ControlRows> rows,
            Sides<CallsUnderWay> calls,
            Grace grace,
            Pace pace) {
        return new TransferLeases(places, rows, calls, grace, pace);
    }

    private @Nullable Scan scan(KeyedStores<R, K> keyed) {
        return declared.stores().origin() instanceof ScannableStore<R, K> origin
                        && declared.stores().target() instanceof ScannableStore<R, K> target
                ? new StoreScan<>(keyed, new Sides<>(origin, target))
                : null;
    }

    private IntentFirstTransactions transactions(FenceContext context) {
        for (Side side : Side.values()) {
            kept.places().of(side).servers().tell(context.onOtherServer());
        }
        WriterGate gate = new WriterGate(
                Sides.each(side -> declared.journal()),
                Sides.each(controls::of),
                context.board(),
                context.writersWait(),
                context.onExpired(),
                context.pace());
        IntentFirstTransactions.Parts parts = new IntentFirstTransactions.Parts(
                kept, context.board(), context.hook(), declared.grace(), context.pace());
        return transactions(gate, parts, new StoreReads(context.board(), context.pace()));
    }

    CallsUnderWay calls(Place place, Duration grace) {
        return new CallsUnderWay(place, grace);
    }

    IntentFirstTransactions transactions(WriterGate gate, IntentFirstTransactions.Parts parts, StoreReads reads) {
        return new IntentFirstTransactions(gate, parts, reads);
    }

    IntentFirstTransactions.Kept kept() {
        return kept;
    }

    Sides<StoreControlRows> controls() {
        return controls;
    }

    /** Ends the threads of calls to stores. */
    void close() {
        timed.close();
    }
}
