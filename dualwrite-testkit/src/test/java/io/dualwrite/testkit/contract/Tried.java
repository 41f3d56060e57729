package io.dualwrite.testkit.contract;

import io.dualwrite.MigrationParts;
import io.dualwrite.compare.Equivalence;
import io.dualwrite.compare.Equivalences;
import io.dualwrite.compare.Redactor;
import io.dualwrite.event.CallContext;
import io.dualwrite.event.Meters;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Control;
import io.dualwrite.fence.LocalFence;
import io.dualwrite.fence.Transaction;
import io.dualwrite.fence.Transactions;
import io.dualwrite.flag.SettableStage;
import io.dualwrite.flag.StageSource;
import io.dualwrite.journal.Journal;
import io.dualwrite.journal.MemoryJournal;
import io.dualwrite.path.FallbackPolicy;
import io.dualwrite.repair.Brake;
import io.dualwrite.repair.Carrier;
import io.dualwrite.repair.Checkpoints;
import io.dualwrite.repair.Confirmation;
import io.dualwrite.repair.Generators;
import io.dualwrite.repair.MemoryCheckpoints;
import io.dualwrite.repair.Preflight;
import io.dualwrite.repair.Scan;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.KeyCodec;
import io.dualwrite.store.KeyCodecs;
import io.dualwrite.store.ScannableStore;
import io.dualwrite.store.Store;
import io.dualwrite.testkit.fault.MemoryStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Every contract over an implementation that keeps it, until one is told to be wrong. Not run by themselves: {@link
 * ContractsCanFailTest} does that, with each in turn spoilt.
 */
final class Tried {
    /** What is wrong now, in the place where one type's implementations are made; nothing by default. */
    static @Nullable Class<?> wrongType;

    static @Nullable UnaryOperator<Object> wrong;

    /** The stores that the wrong thing may lay hands on: those made last. */
    static @Nullable TriedPair pair;

    static @Nullable Counters counters;

    private Tried() {}

    static <T> T tried(Class<T> type, T right) {
        UnaryOperator<Object> spoil = wrong;
        return type == wrongType && spoil != null ? type.cast(spoil.apply(right)) : right;
    }

    static class StageSources extends StageSourceContract {
        @Override
        protected StageSource wishing(Stage stage) {
            return tried(StageSource.class, new SettableStage(stage));
        }
    }

    @SuppressWarnings("unchecked")
    static class Stores extends StoreContract<Note, Long> {
        private final Store<Note, Long> store = tried(Store.class, new MemoryStore<>(Note.TYPE));

        @Override
        protected Store<Note, Long> store() {
            return store;
        }

        @Override
        protected Long key(int number) {
            return (long) number;
        }

        @Override
        protected Note record(int number, int version) {
            return new Note((long) number, "version " + version);
        }
    }

    @SuppressWarnings("unchecked")
    static class ScannableStores extends ScannableStoreContract<Note, Long> {
        private final ScannableStore<Note, Long> store = tried(ScannableStore.class, new MemoryStore<>(Note.TYPE));

        @Override
        protected ScannableStore<Note, Long> store() {
            return store;
        }

        @Override
        protected Long key(int number) {
            return (long) number;
        }

        @Override
        protected Note record(int number, int version) {
            return new Note((long) number, "version " + version);
        }
    }

    @SuppressWarnings("unchecked")
    static class Codecs extends KeyCodecContract<Long> {
        private final KeyCodec<Long> codec = tried(KeyCodec.class, KeyCodecs.of(Long.class));

        @Override
        protected KeyCodec<Long> codec() {
            return codec;
        }

        @Override
        protected List<Long> keysInOrder() {
            return List.of(-10L, -9L, 0L, 9L, 10L);
        }
    }

    /** With an answer that can be changed by whoever compares it. */
    @SuppressWarnings("unchecked")
    static class EquivalencesOfLists extends EquivalenceContract<List<String>> {
        private final Equivalence<List<String>> equivalence = tried(Equivalence.class, Equivalences.fields());

        @Override
        protected Equivalence<List<String>> equivalence() {
            return equivalence;
        }

        @Override
        protected List<String> answer() {
            return new java.util.ArrayList<>(List.of("same", "secret"));
        }

        @Override
        protected List<String> otherAnswer() {
            return new java.util.ArrayList<>(List.of("same", "hidden"));
        }

        @Override
        protected List<String> secrets() {
            return List.of("secret", "hidden");
        }
    }

    static class Redactors extends RedactorContract {
        private final Redactor redactor = tried(Redactor.class, Redactor.hashes());

        @Override
        protected Redactor redactor() {
            return redactor;
        }
    }

    static class FallbackPolicies extends FallbackPolicyContract {
        private final FallbackPolicy policy = tried(FallbackPolicy.class, FallbackPolicy.onErrors());

        @Override
        protected FallbackPolicy policy() {
            return policy;
        }

        @Override
        protected List<Exception> failuresOfTheStore() {
            return List.of(new IOException("reset"));
        }
    }

    static class CallContexts extends CallContextContract {
        private final CallContext context = tried(CallContext.class, CallContext.mdc());

        @Override
        protected CallContext context() {
            return context;
        }

        @Override
        protected void enter(@Nullable String value) {
            if (value == null) {
                MDC.clear();
            } else {
                MDC.put("trace", value);
            }
        }

        @Override
        protected @Nullable String seen() {
            return MDC.get("trace");
        }
    }

    static class Listeners extends MigrationListenerContract {
        /** What wrong listeners hand on. */
        static final StringBuffer TOLD = new StringBuffer();

        private final MigrationListener listener =
                tried(MigrationListener.class, new Meters(new SimpleMeterRegistry(), "shop", () -> Stage.OFF));

        @Override
        protected MigrationListener listener() {
            return listener;
        }

        @Override
        protected String told() {
            return TOLD.toString();
        }

        @Override
        protected Duration patience() {
            return wrongType == MigrationListener.class ? Duration.ofMillis(200) : super.patience();
        }
    }

    static class Journals extends JournalContract {
        private final AtomicLong nanos = new AtomicLong(5);
        private final Journal journal = tried(Journal.class, new MemoryJournal(nanos::get));

        @Override
        protected Journal journal() {
            return journal;
        }

        @Override
        protected void elapse(Duration time) {
            nanos.addAndGet(time.toNanos());
        }
    }

    static class Controls extends ControlContract {
        private final MemoryContractsTest.ManualPace pace = new MemoryContractsTest.ManualPace();
        private final LocalFence fence = new LocalFence(ControlRow.firstOrigin(), Duration.ofMillis(200), pace);
        private final Control control = tried(Control.class, fence);

        @Override
        protected Control control() {
            return control;
        }

        @Override
        protected AutoCloseable holdShared() throws Exception {
            return Objects.requireNonNull(fence.hold(Role.AUTHORITY));
        }

        @Override
        protected void elapse(Duration time) throws Exception {
            pace.pause(time);
        }
    }

    static class AllCheckpoints extends CheckpointsContract {
        private final Checkpoints checkpoints = tried(Checkpoints.class, new MemoryCheckpoints());

        @Override
        protected Checkpoints checkpoints() {
            return checkpoints;
        }
    }

    static class Carriers extends CarrierContract {
        @Override
        protected Pair makePair() {
            return new TriedPair();
        }
    }

    static class Confirmations extends ConfirmationContract {
        @Override
        protected Pair makePair() {
            return new TriedPair();
        }
    }

    static class Scans extends ScanContract {
        @Override
        protected Pair makePair() {
            return new TriedPair();
        }
    }

    static class AllTransactions extends TransactionsContract {
        @Override
        protected Pair makePair() {
            return new TriedPair();
        }

        @Override
        protected boolean areAtomic() {
            return false;
        }
    }

    static class Preflights extends PreflightContract {
        @Override
        protected Pair makePair() {
            return new TriedPair();
        }
    }

    static class InspectingPreflights extends InspectingPreflightContract {
        private @Nullable TriedPair pair;

        @Override
        protected Pair makePair() {
            pair = new TriedPair();
            return pair;
        }

        @Override
        protected Preflight cutOff(Side side) {
            return Objects.requireNonNull(pair).preflight(side);
        }
    }

    static class AllGenerators extends GeneratorsContract {
        @Override
        protected Numbered makeNumbered() {
            return new Counters();
        }
    }

    static class Braking extends BrakeContract {
        private final AtomicBoolean caused = new AtomicBoolean();
        private final Brake brake = tried(Brake.class, Brake.when("the night's batch runs", caused::get));

        @Override
        protected Brake brake() {
            return brake;
        }

        @Override
        protected void cause(boolean there) {
            caused.set(there);
        }
    }

    /** Two counters, and generators that set the other one ahead. */
    static final class Counters implements GeneratorsContract.Numbered {
        final Sides<AtomicLong> last = Sides.each(side -> new AtomicLong());
        private final Generators generators = tried(Generators.class, authority -> {
            long given = last.of(authority).get();
            last.of(authority.other()).accumulateAndGet(given, Math::max);
        });

        Counters() {
            counters = this;
        }

        @Override
        public Generators generators() {
            return generators;
        }

        @Override
        public long next(Side side) {
            return last.of(side).incrementAndGet();
        }
    }

    /** Two stores in memory with one of their parts wrong, and a preflight that looks at them. */
    static final class TriedPair implements Pair {
        final MemoryPair behind = new MemoryPair();
        private final MigrationParts parts = spoilt(behind.parts());

        TriedPair() {
            pair = this;
        }

        private MigrationParts spoilt(MigrationParts right) {
            return new MigrationParts(
                    right.types(),
                    right.controls(),
                    right.journals(),
                    context -> tried(Transactions.class, right.transactions().apply(context)),
                    tried(Carrier.class, right.carrier()),
                    tried(Confirmation.class, right.confirmation()),
                    tried(Scan.class, Objects.requireNonNull(right.scan())),
                    right.checkpoints(),
                    preflight(null),
                    right.generators());
        }

        Preflight preflight(@Nullable Side outOfReach) {
            return tried(Preflight.class, new Looking(behind, outOfReach));
        }

        @Override
        public MigrationParts parts() {
            return parts;
        }

        @Override
        public void put(Side side, long key, String value) {
            behind.put(side, key, value);
        }

        @Override
        public void remove(Side side, long key) {
            behind.remove(side, key);
        }

        @Override
        public @Nullable String get(Side side, long key) {
            return behind.get(side, key);
        }

        @Override
        public void putIn(Transaction transaction, long key, String value) {
            behind.putIn(transaction, key, value);
        }
    }

    /** A preflight over stores in memory, one of which may be out of reach. */
    record Looking(MemoryPair pair, @Nullable Side outOfReach) implements Preflight {
        @Override
        public List<String> authority(Side side) {
            return reach(side);
        }

        @Override
        public List<String> copy(Side side) {
            if (side == outOfReach) {
                return reach(side);
            }
            boolean first = pair.parts().controls().of(side).read().generation() == 0;
            try {
                boolean empty = Objects.requireNonNull(pair.parts().scan())
                        .keysAfter(side, Note.TYPE.name(), null, 1)
                        .isEmpty();
                return first && !empty ? List.of("The " + side + " has rows already; empty it") : List.of();
            } catch (Exception failure) {
                return List.of("The " + side + " cannot be listed; mend it");
            }
        }

        @Override
        public List<String> handover(Side authority) {
            return reach(authority.other());
        }

        private List<String> reach(Side side) {
            return side == outOfReach ? List.of("The " + side + " is out of reach; start it") : List.of();
        }
    }
}
