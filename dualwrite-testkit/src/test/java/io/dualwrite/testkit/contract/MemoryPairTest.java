package io.dualwrite.testkit.contract;

import org.junit.jupiter.api.Nested;

/** Two plain stores in memory under the contracts for pairs. */
class MemoryPairTest {
    @Nested
    class Carrying extends CarrierContract {
        @Override
        protected Pair makePair() {
            return new MemoryPair();
        }
    }

    @Nested
    class Confirming extends ConfirmationContract {
        @Override
        protected Pair makePair() {
            return new MemoryPair();
        }
    }

    @Nested
    class Scanning extends ScanContract {
        @Override
        protected Pair makePair() {
            return new MemoryPair();
        }
    }

    @Nested
    class Checking extends PreflightContract {
        @Override
        protected Pair makePair() {
            return new MemoryPair();
        }
    }

    @Nested
    class Transacting extends TransactionsContract {
        @Override
        protected Pair makePair() {
            return new MemoryPair();
        }

        @Override
        protected boolean areAtomic() {
            return false;
        }
    }
}
