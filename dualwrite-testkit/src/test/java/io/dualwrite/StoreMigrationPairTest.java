package io.dualwrite;

import io.dualwrite.fence.Transaction;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.KeyCodec;
import io.dualwrite.testkit.contract.CarrierContract;
import io.dualwrite.testkit.contract.ConfirmationContract;
import io.dualwrite.testkit.contract.KeyCodecContract;
import io.dualwrite.testkit.contract.Note;
import io.dualwrite.testkit.contract.Pair;
import io.dualwrite.testkit.contract.PreflightContract;
import io.dualwrite.testkit.contract.ScanContract;
import io.dualwrite.testkit.contract.TransactionsContract;
import io.dualwrite.testkit.fault.MemoryStore;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/** What a repository over two plain stores is wired from, deadlines and all, under the contracts for pairs. */
class StoreMigrationPairTest {
    private final StorePairs made = new StorePairs();

    @AfterEach
    void close() {
        made.close();
    }

    @Nested
    class Carrying extends CarrierContract {
        @Override
        protected Pair makePair() {
            return made.pair();
        }
    }

    @Nested
    class Confirming extends ConfirmationContract {
        @Override
        protected Pair makePair() {
            return made.pair();
        }
    }

    @Nested
    class Scanning extends ScanContract {
        @Override
        protected Pair makePair() {
            return made.pair();
        }
    }

    @Nested
    class Checking extends PreflightContract {
        @Override
        protected Pair makePair() {
            return made.pair();
        }
    }

    @Nested
    class Transacting extends TransactionsContract {
        @Override
        protected Pair makePair() {
            return made.pair();
        }

        @Override
        protected boolean areAtomic() {
            return false;
        }
    }

    @Nested
    class KeysOfAnyUsualClass extends KeyCodecContract<Object> {
        @Override
        protected KeyCodec<Object> codec() {
            return new TaggedKeys<>();
        }

        @Override
        protected List<Object> keysInOrder() {
            return List.of(-1L, 2L, 10L, -1, 2, "", "10", "2", "Long:2", new UUID(0, 1));
        }
    }

    /** The pairs of one test, to be closed with it. */
    private static final class StorePairs implements AutoCloseable {
        private @Nullable StoreMigration open;

        Pair pair() {
            Sides<MemoryStore<Note, Long>> stores = Sides.each(side -> new MemoryStore<>(Note.TYPE));
            MigrationSettings settings = DualWriteRepository.between(stores.origin(), stores.target())
                    .settings();
            StoreMigration migration =
                    StoreMigration.at(Stage.OFF, Note.TYPE, new Sides<>(stores.origin(), stores.target()), settings);
            open = migration;
            return new Stores(stores, migration.parts());
        }

        @Override
        public void close() {
            if (open != null) {
                open.close();
            }
        }
    }

    private record Stores(Sides<MemoryStore<Note, Long>> stores, MigrationParts parts) implements Pair {
        @Override
        public void put(Side side, long key, String value) {
            stores.of(side).save(new Note(key, value));
        }

        @Override
        public void remove(Side side, long key) {
            stores.of(side).delete(key);
        }

        @Override
        public @Nullable String get(Side side, long key) {
            Note note = stores.of(side).find(key);
            return note == null ? null : note.text();
        }

        @Override
        public void putIn(Transaction transaction, long key, String value) {
            put(transaction.side(), key, value);
        }
    }
}
