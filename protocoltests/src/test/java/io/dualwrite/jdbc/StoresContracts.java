package io.dualwrite.jdbc;

import io.dualwrite.fence.Control;
import io.dualwrite.journal.Journal;
import io.dualwrite.repair.Checkpoints;
import io.dualwrite.repair.Preflight;
import io.dualwrite.stage.Side;
import io.dualwrite.testkit.contract.CarrierContract;
import io.dualwrite.testkit.contract.CheckpointsContract;
import io.dualwrite.testkit.contract.ConfirmationContract;
import io.dualwrite.testkit.contract.ControlContract;
import io.dualwrite.testkit.contract.InspectingPreflightContract;
import io.dualwrite.testkit.contract.JournalContract;
import io.dualwrite.testkit.contract.Pair;
import io.dualwrite.testkit.contract.ScanContract;
import io.dualwrite.testkit.contract.TransactionsContract;
import java.time.Duration;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;

/** Everything that serves stores which are no databases, under the contracts of what it implements, on one engine. */
abstract class StoresContracts {
    /** The journal's database, always the same one. */
    abstract DataSource journal() throws Exception;

    private StoresPair pair() throws Exception {
        return new StoresPair(journal());
    }

    @Nested
    class Journalling extends JournalContract {
        private StoresPair pair;

        @BeforeEach
        void make() throws Exception {
            pair = pair();
        }

        @Override
        protected Journal journal() {
            return pair.parts().journals().origin();
        }

        @Override
        protected void elapse(Duration time) throws Exception {
            pair.elapse(time);
        }
    }

    @Nested
    class Controlling extends ControlContract {
        private StoresPair pair;

        @BeforeEach
        void make() throws Exception {
            pair = pair();
        }

        @Override
        protected Control control() {
            return pair.parts().controls().origin();
        }

        @Override
        protected AutoCloseable holdShared() throws Exception {
            return pair.holdShared();
        }

        @Override
        protected void elapse(Duration time) throws Exception {
            pair.elapse(time);
        }
    }

    @Nested
    class Checking extends CheckpointsContract {
        private StoresPair pair;

        @BeforeEach
        void make() throws Exception {
            pair = pair();
        }

        @Override
        protected Checkpoints checkpoints() {
            return pair.parts().checkpoints();
        }
    }

    @Nested
    class Carrying extends CarrierContract {
        @Override
        protected Pair makePair() throws Exception {
            return pair();
        }
    }

    @Nested
    class Confirming extends ConfirmationContract {
        @Override
        protected Pair makePair() throws Exception {
            return pair();
        }
    }

    @Nested
    class Scanning extends ScanContract {
        @Override
        protected Pair makePair() throws Exception {
            return pair();
        }
    }

    @Nested
    class Inspecting extends InspectingPreflightContract {
        private StoresPair pair;

        @Override
        protected Pair makePair() throws Exception {
            pair = pair();
            return pair;
        }

        @Override
        protected Preflight cutOff(Side side) {
            return pair.cutOff(side);
        }
    }

    @Nested
    class Transacting extends TransactionsContract {
        @Override
        protected Pair makePair() throws Exception {
            return pair();
        }

        @Override
        protected boolean areAtomic() {
            return false;
        }
    }
}
