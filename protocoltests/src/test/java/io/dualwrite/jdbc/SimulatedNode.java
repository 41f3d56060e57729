package io.dualwrite.jdbc;

import io.dualwrite.event.Contexts;
import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Board;
import io.dualwrite.fence.Control;
import io.dualwrite.fence.FenceContext;
import io.dualwrite.fence.Pace;
import io.dualwrite.journal.Journal;
import io.dualwrite.repair.Backfill;
import io.dualwrite.repair.BackfillSettings;
import io.dualwrite.repair.Carrier;
import io.dualwrite.repair.Checkpoint;
import io.dualwrite.repair.Checkpoints;
import io.dualwrite.repair.Confirmation;
import io.dualwrite.repair.Handover;
import io.dualwrite.repair.HandoverSettings;
import io.dualwrite.repair.NotACopyException;
import io.dualwrite.repair.Preflight;
import io.dualwrite.repair.RangeRelay;
import io.dualwrite.repair.Relay;
import io.dualwrite.repair.RelaySettings;
import io.dualwrite.repair.Scan;
import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.repair.Steps;
import io.dualwrite.repair.Transfer;
import io.dualwrite.repair.Verifier;
import io.dualwrite.servers.SuppliedDataSource;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.RecordType;
import io.dualwrite.testkit.simulation.Baton;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** One node of an application: the library's own classes, wired as a migration wires them, without its threads. */
final class SimulatedNode {
    static final String MIGRATION = "shop";
    /** What connections of writers' transactions are labelled. */
    static final String WRITERS = "writers";

    static final Table<Item, Long> ITEMS = Jdbc.table("item", Item.class, Long.class)
            .key(Item::id)
            .to("item_v2")
            .keyColumns("id");

    record Item(Long id, long amount) {}

    final Variation variation;
    final Pace pace;
    final Sides<Place> places;
    final Sides<JdbcJournal> journals;
    final Sides<ControlRows> controls;
    final Tables tables = new Tables(List.of(ITEMS));
    final Board board;
    final Transfer transfer;
    final Relay relay;
    final Verifier verifier;
    final Backfill backfill;
    final Handover handover;
    final Checkpoints checkpoints;
    final Steps steps;
    final JdbcTransactions transactions;
    final Sides<DataSource> pools;
    final Sides<DataSource> bound;

    /** Where a node's connections to a side come from. */
    interface Sources {
        /** Labelled ones, each statement's text rewritten before it runs. */
        DataSource dataSource(String label, UnaryOperator<String> rewrite);
    }

    /** A node whose clock is so much ahead, and whose application asks for that isolation. */
    SimulatedNode(
            Baton baton,
            Duration ahead,
            Sides<Sources> sources,
            Variation variation,
            Witness witness,
            Consumer<MigrationEvent> events,
            int isolation) {
        this.variation = variation;
        this.pace = baton.pace(ahead);
        this.pools =
                Sides.each(side -> isolated(sources.of(side).dataSource(WRITERS, variation.writersSql()), isolation));
        this.places = Sides.each(side -> new Place(
                MIGRATION,
                side,
                sources.of(side).dataSource("library", variation.librarysSql()),
                Limits.DEFAULT,
                pace));
        this.controls = Sides.each(side -> variation.control(places.of(side)));
        this.journals = Sides.each(side -> new JdbcJournal(places.of(side)));
        Sides<Control> plainControls = Sides.each(controls::of);
        Sides<Journal> plainJournals = Sides.each(journals::of);
        MigrationListener listener = events::accept;
        this.board = new Board(plainControls);
        Carrier carrier = watched(variation.carrier(places, controls, tables, pace), witness);
        this.transfer = variation.transfer(plainJournals, carrier, pace);
        List<RecordType<?, ?>> types = List.of(ITEMS.type());
        Scan scan = variation.scan(new TableScan(places, tables));
        this.relay = new Relay(
                board,
                Sides.each(side -> variation.relayed(journals.of(side))),
                transfer,
                new RangeRelay.Listing(types, variation.scanOfRanges(scan)),
                neverOpen(),
                RelaySettings.defaults()
                        .withBatch(3)
                        .withAttempts(1_000, Duration.ofMillis(100), Duration.ofSeconds(5)),
                listener,
                pace,
                Contexts.of(null));
        Confirmation confirmation = variation.confirmation(places, controls, journals, tables);
        this.checkpoints = watched(variation.checkpoints(new JdbcCheckpoints(places.target())), witness);
        this.verifier = new Verifier(board, types, scan, confirmation, checkpoints, transfer, listener, pace);
        this.backfill = new Backfill(
                board,
                types,
                withoutEstimates(scan),
                checkpoints,
                transfer,
                new BackfillSettings(1, 2, Duration.ofMillis(250), Duration.ofMillis(200), Duration.ofSeconds(20)),
                listener,
                pace);
        HandoverSettings settings = HandoverSettings.defaults();
        this.handover = variation.handover(new Variation.HandoverParts(
                board, plainControls, plainJournals, relay, verifier, authority -> {}, settings, listener, pace));
        this.steps = new Steps(
                board, plainControls, plainJournals, new NoObjection(), backfill, verifier, handover, settings, pace);
        steps.approve(Stage.JOURNAL, "the simulation");
        steps.approve(Stage.COMPLETE, "the simulation");
        FenceContext context =
                new FenceContext(board, ids -> {}, handover::openIfExpired, Duration.ofSeconds(10), pace);
        Bindings bindings = new Bindings();
        this.bound = Sides.each(side -> new TransactionBoundDataSource(side, pools.of(side), bindings));
        WriterGate gate = new WriterGate(
                pools, controls, context.board(), context.writersWait(), context.onExpired(), context.pace());
        StrictReads reads = new StrictReads(pools, controls, board, bindings, pace);
        this.transactions = new JdbcTransactions(gate, reads, bindings, controls, journals, context.hook());
    }

    private static Carrier watched(Carrier carrier, Witness witness) {
        return new Carrier() {
            @Override
            public void carry(Side authority, Set<RecordId> records, @Nullable Checkpoint checkpoint) throws Exception {
                Set<Long> keys = new TreeSet<>();
                records.forEach(record -> keys.add(Long.valueOf(record.key())));
                witness.carrying(keys);
                boolean done = false;
                try {
                    carrier.carry(authority, records, checkpoint);
                    done = true;
                } catch (NotACopyException refused) {
                    witness.saw(Situation.STALE_TRANSFER_REFUSED);
                    throw refused;
                } finally {
                    witness.carriedOver(done, checkpoint != null);
                }
            }

            @Override
            public void settle(Side authority) throws Exception {
                witness.settling(true);
                try {
                    carrier.settle(authority);
                } finally {
                    witness.settling(false);
                }
            }
        };
    }

    private static Checkpoints watched(Checkpoints checkpoints, Witness witness) {
        return new Checkpoints() {
            @Override
            public Optional<Checkpoint> find(String job, String type, int generation) {
                if (job.startsWith(Checkpoint.BACKFILL + "/")) {
                    // All nodes here walk one range: of several there is nothing to be found, and no turn to be taken.
                    return Optional.empty();
                }
                Optional<Checkpoint> found = checkpoints.find(job, type, generation);
                boolean backfilling = Baton.self().startsWith("backfill") && job.equals(Checkpoint.BACKFILL);
                if (backfilling
                        && found.isPresent()
                        && found.get().position() != null
                        && !found.get().done()) {
                    witness.saw(Situation.BACKFILL_RESUMED);
                }
                return found;
            }

            @Override
            public void save(Checkpoint checkpoint) {
                checkpoints.save(checkpoint);
            }

            @Override
            public boolean replace(@Nullable Checkpoint expected, Checkpoint next) {
                return checkpoints.replace(expected, next);
            }
        };
    }

    /** What only people read would take turns of its own. */
    private static Scan withoutEstimates(Scan scan) {
        return new Scan() {
            @Override
            public List<String> keysAfter(Side side, String type, @Nullable String after, int limit) throws Exception {
                return scan.keysAfter(side, type, after, limit);
            }

            @Override
            public Prints fingerprints(Side side, RecordRange range) throws Exception {
                return scan.fingerprints(side, range);
            }
        };
    }

    private static CircuitBreaker neverOpen() {
        CircuitBreaker breaker = CircuitBreaker.ofDefaults("simulation");
        // It would count in real time, which does not pass here.
        breaker.transitionToDisabledState();
        return breaker;
    }

    static RecordId id(long key) {
        return ITEMS.id(key);
    }

    static String table(Side side) {
        return side == Side.ORIGIN ? "item" : "item_v2";
    }

    /** What a lost target has to be reconciled. */
    Reconciliation reconciliation() {
        TableCarrier carrier = new TableCarrier(places, controls, tables);
        return new Reconciliation(places, controls, journals, tables, carrier, Side.TARGET);
    }

    /** Walks as a migration does. */
    void moveTo(Stage wish) throws Exception {
        Pace.Deadline deadline = pace.in(Duration.ofSeconds(60));
        while (board.refresh().stage() != wish) {
            handover.settle();
            Stage at = board.stage();
            if (at == Stage.FROZEN) {
                if (deadline.isOver()) {
                    throw new StageRefusedException(at, wish, List.of("somebody else is switching"));
                }
                pace.pause(Duration.ofMillis(50));
            } else if (at != wish) {
                steps.step(at, Steps.next(at, wish));
            }
        }
    }

    private record NoObjection() implements Preflight {
        @Override
        public List<String> authority(Side side) {
            return List.of();
        }

        @Override
        public List<String> copy(Side side) {
            return List.of();
        }

        @Override
        public List<String> handover(Side authority) {
            return List.of();
        }
    }

    /** A pool whose connections come at the level that the application has asked for. */
    private static DataSource isolated(DataSource pool, int isolation) {
        if (isolation == Connection.TRANSACTION_READ_COMMITTED) {
            return pool;
        }
        return new SuppliedDataSource(() -> {
            Connection connection = pool.getConnection();
            connection.setTransactionIsolation(isolation);
            return connection;
        });
    }
}
