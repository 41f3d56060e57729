package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.compare.Equivalence;
import io.dualwrite.compare.Equivalences;
import io.dualwrite.compare.Redactor;
import io.dualwrite.event.CallContext;
import io.dualwrite.event.Listeners;
import io.dualwrite.event.LoggingListener;
import io.dualwrite.event.Meters;
import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Control;
import io.dualwrite.fence.LocalFence;
import io.dualwrite.fence.Pace;
import io.dualwrite.flag.PropertiesStage;
import io.dualwrite.flag.SettableStage;
import io.dualwrite.flag.StageSource;
import io.dualwrite.journal.Journal;
import io.dualwrite.journal.MemoryJournal;
import io.dualwrite.path.FallbackPolicy;
import io.dualwrite.repair.Brake;
import io.dualwrite.repair.Checkpoints;
import io.dualwrite.repair.MemoryCheckpoints;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.KeyCodec;
import io.dualwrite.store.KeyCodecs;
import io.dualwrite.store.ScannableStore;
import io.dualwrite.testkit.fault.FaultyStore;
import io.dualwrite.testkit.fault.MemoryStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;

/** Everything that core brings along, under the contracts of what it implements. */
class MemoryContractsTest {
    @Nested
    class LongKeys extends KeyCodecContract<Long> {
        @Override
        protected KeyCodec<Long> codec() {
            return KeyCodecs.of(Long.class);
        }

        @Override
        protected List<Long> keysInOrder() {
            return List.of(Long.MIN_VALUE, -10L, -9L, 0L, 9L, 10L, Long.MAX_VALUE);
        }
    }

    @Nested
    class IntegerKeys extends KeyCodecContract<Integer> {
        @Override
        protected KeyCodec<Integer> codec() {
            return KeyCodecs.of(Integer.class);
        }

        @Override
        protected List<Integer> keysInOrder() {
            return List.of(Integer.MIN_VALUE, -1, 0, 2, 10, Integer.MAX_VALUE);
        }
    }

    @Nested
    class TextKeys extends KeyCodecContract<String> {
        @Override
        protected KeyCodec<String> codec() {
            return KeyCodecs.of(String.class);
        }

        @Override
        protected List<String> keysInOrder() {
            return List.of("", " ", "A", "B", "a", "a ", "ab", "a|b", "z", "é", "\uFFFD", "\uD83D\uDE00");
        }
    }

    @Nested
    class UuidKeys extends KeyCodecContract<UUID> {
        @Override
        protected KeyCodec<UUID> codec() {
            return KeyCodecs.of(UUID.class);
        }

        @Override
        protected List<UUID> keysInOrder() {
            return List.of(
                    new UUID(0, 0), new UUID(0, 1), new UUID(0, -1), new UUID(1, 0), new UUID(-1, 0), new UUID(-1, -1));
        }
    }

    abstract static class Notes extends ScannableStoreContract<Note, Long> {
        @Override
        protected Long key(int number) {
            return (long) number;
        }

        @Override
        protected Note record(int number, int version) {
            return new Note((long) number, "version " + version);
        }
    }

    @Nested
    class MemoryStores extends Notes {
        private final MemoryStore<Note, Long> store = new MemoryStore<>(Note.TYPE);

        @Override
        protected ScannableStore<Note, Long> store() {
            return store;
        }
    }

    @Nested
    class FaultyStoresWithoutFaults extends Notes {
        private final FaultyStore<Note, Long> store = new FaultyStore<>(new MemoryStore<>(Note.TYPE));

        @Override
        protected ScannableStore<Note, Long> store() {
            return store;
        }
    }

    @Nested
    class MemoryJournals extends JournalContract {
        private final AtomicLong nanos = new AtomicLong(5);
        private final MemoryJournal journal = new MemoryJournal(nanos::get);

        @Override
        protected Journal journal() {
            return journal;
        }

        @Override
        protected void elapse(Duration time) {
            nanos.addAndGet(time.toNanos());
        }
    }

    @Nested
    class LocalFences extends ControlContract {
        private final ManualPace pace = new ManualPace();
        private final LocalFence fence = new LocalFence(ControlRow.firstOrigin(), Duration.ofMillis(200), pace);

        @Override
        protected Control control() {
            return fence;
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

    @Nested
    class CheckpointsInMemory extends CheckpointsContract {
        private final Checkpoints checkpoints = new MemoryCheckpoints();

        @Override
        protected Checkpoints checkpoints() {
            return checkpoints;
        }
    }

    @Nested
    class SettableStages extends StageSourceContract {
        @Override
        protected StageSource wishing(Stage stage) {
            SettableStage source = new SettableStage(Stage.OFF);
            source.set(stage);
            return source;
        }
    }

    @Nested
    class ConstantStages extends StageSourceContract {
        @Override
        protected StageSource wishing(Stage stage) {
            return StageSource.constant(stage);
        }
    }

    @Nested
    class NamedStages extends StageSourceContract {
        @Override
        protected StageSource wishing(Stage stage) {
            return StageSource.named(stage::flagName);
        }
    }

    @Nested
    class StagesInAFile extends StageSourceContract {
        @TempDir
        Path folder;

        @Override
        protected StageSource wishing(Stage stage) throws Exception {
            Path file = folder.resolve("flags.properties");
            Files.writeString(file, "orders.stage=" + stage.flagName() + "\n");
            return new PropertiesStage(file, "orders.stage");
        }
    }

    abstract static class NoteEquivalences extends EquivalenceContract<Note> {
        @Override
        protected Note answer() {
            return new Note(1L, "secret");
        }

        @Override
        protected Note otherAnswer() {
            return new Note(1L, "hidden");
        }

        @Override
        protected List<String> secrets() {
            return List.of("secret", "hidden");
        }
    }

    @Nested
    class Equality extends NoteEquivalences {
        @Override
        protected Equivalence<? super Note> equivalence() {
            return Equivalences.equality();
        }
    }

    @Nested
    class FieldByField extends NoteEquivalences {
        @Override
        protected Equivalence<? super Note> equivalence() {
            return Equivalences.fields();
        }
    }

    @Nested
    class Hashing extends RedactorContract {
        @Override
        protected Redactor redactor() {
            return Redactor.hashes();
        }
    }

    @Nested
    class FallingBackOnErrors extends FallbackPolicyContract {
        @Override
        protected FallbackPolicy policy() {
            return FallbackPolicy.onErrors();
        }

        @Override
        protected List<Exception> failuresOfTheStore() {
            return List.of(new SQLException("gone", "08006"), new IOException("reset"), new TimeoutException());
        }
    }

    @Nested
    class NeverFallingBack extends FallbackPolicyContract {
        @Override
        protected FallbackPolicy policy() {
            return FallbackPolicy.never();
        }

        @Override
        protected List<Exception> failuresOfTheStore() {
            return List.of();
        }
    }

    @Nested
    class BrakingOnACondition extends BrakeContract {
        private final AtomicBoolean caused = new AtomicBoolean();
        private final Brake brake = Brake.when("the night's batch runs", caused::get);

        @Override
        protected Brake brake() {
            return brake;
        }

        @Override
        protected void cause(boolean there) {
            caused.set(there);
        }
    }

    @Nested
    class LoggingContext extends CallContextContract {
        @Override
        protected CallContext context() {
            return CallContext.mdc();
        }

        @Override
        protected void enter(String value) {
            if (value == null) {
                MDC.remove("trace");
            } else {
                MDC.put("trace", value);
            }
        }

        @Override
        protected String seen() {
            return MDC.get("trace");
        }
    }

    @Nested
    class Logging extends MigrationListenerContract {
        private final LogText log = new LogText("io.dualwrite.migration.contract");
        private final LoggingListener listener = new LoggingListener("contract");

        @AfterEach
        void listenNoMore() {
            log.close();
        }

        @Override
        protected MigrationListener listener() {
            return listener;
        }

        @Override
        protected String told() {
            return log.text();
        }
    }

    @Nested
    class Metering extends MigrationListenerContract {
        private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
        private final Meters meters = new Meters(registry, "shop", () -> Stage.OFF);

        @Override
        protected MigrationListener listener() {
            return meters;
        }

        @Override
        protected String told() {
            return registry.getMetersAsString();
        }
    }

    @Nested
    class TellingSeveral extends MigrationListenerContract {
        private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
        private final Listeners listeners = new Listeners(List.of(
                event -> {
                    throw new IllegalStateException("a listener like this");
                },
                new Meters(registry, "shop", () -> Stage.OFF)));

        @Override
        protected MigrationListener listener() {
            return listeners;
        }

        @Override
        protected String told() {
            return registry.getMetersAsString();
        }
    }

    @Test
    void everyKindOfEventIsAmongThoseThatListenersAreTriedWith() {
        assertThat(MigrationListenerContract.everyKind())
                .extracting(Object::getClass)
                .containsExactlyInAnyOrder(MigrationEvent.class.getPermittedSubclasses());
    }

    /** Time that passes only when somebody waits. */
    static final class ManualPace implements Pace {
        private final AtomicLong nanos = new AtomicLong();

        @Override
        public long nanos() {
            return nanos.get();
        }

        @Override
        public void pause(Duration atLeast) {
            nanos.addAndGet(Math.max(0, atLeast.toNanos()));
        }
    }
}
