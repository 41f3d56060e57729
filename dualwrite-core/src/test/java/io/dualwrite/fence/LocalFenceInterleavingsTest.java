package io.dualwrite.fence;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.function.Supplier;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.junit.jupiter.api.Test;

/**
 * The fence in memory under the interleavings of a writer and a change, and of two changes. What is tried is made by lambdas: a
 * constructor reference hides its object from Lincheck, which then tries one interleaving only and is content.
 */
class LocalFenceInterleavingsTest {
    private static final int INTERLEAVINGS = 250;
    /** A call that passes the gate has more places where it can be overtaken than one that takes the lock. */
    private static final int INTERLEAVINGS_OF_THE_GATE = 1_000;

    @Test
    void theRowStaysAsItIsWhileItIsHeld() {
        writeWhileItChanges(() -> new Real());
    }

    @Test
    void theRowStaysAsItIsWhileACallPassesTheGate() {
        writeWhileItChanges(INTERLEAVINGS_OF_THE_GATE, () -> new Passing());
        changeTwice(() -> new Passing());
    }

    @Test
    void aGateThatIsLookedAtBeforeTheCallIsCountedIsCaught() {
        isCaught(() -> writeWhileItChanges(INTERLEAVINGS_OF_THE_GATE, () -> new LooksFirst()));
    }

    @Test
    void ofTwoChangesThatExpectTheSameRowOneIsMade() {
        changeTwice(() -> new Real());
    }

    @Test
    void aChangeThatLooksForHoldersAndThenActsIsCaught() {
        isCaught(() -> writeWhileItChanges(() -> new Simple() {
            @Override
            public boolean change(long expected) {
                return mayChange(expected) && replace();
            }
        }));
    }

    @Test
    void aChangeThatComparesAndThenSetsIsCaught() {
        isCaught(() -> changeTwice(() -> new Simple() {
            @Override
            public boolean change(long expected) {
                return mayChange(expected) && replace();
            }
        }));
    }

    @Test
    void theSimpleVariantIsRightUntilItIsSpoilt() {
        writeWhileItChanges(() -> new Simple());
        changeTwice(() -> new Simple());
    }

    private static void writeWhileItChanges(Supplier<Fence> variant) {
        writeWhileItChanges(INTERLEAVINGS, variant);
    }

    private static void writeWhileItChanges(int interleavings, Supplier<Fence> variant) {
        Lincheck.runConcurrentTest(interleavings, () -> {
            Fence fence = variant.get();
            meanwhile(() -> fence.change(0), () -> {
                long held = fence.hold();
                long now = fence.version();
                fence.release();
                require(held == now);
            });
        });
    }

    private static void changeTwice(Supplier<Fence> variant) {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Fence fence = variant.get();
            boolean[] made = new boolean[2];
            meanwhile(() -> made[0] = fence.change(0), () -> made[1] = fence.change(0));
            require(made[0] != made[1]);
            require(fence.version() == 1);
        });
    }

    private static void isCaught(Runnable check) {
        assertThatThrownBy(check::run).isInstanceOf(LincheckAssertionError.class);
    }

    private static void meanwhile(Runnable other, Runnable mine) {
        Thread thread = new Thread(other);
        thread.start();
        mine.run();
        try {
            thread.join();
        } catch (InterruptedException nobodyDoes) {
            throw new AssertionError(nobodyDoes);
        }
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new AssertionError("It does not hold");
        }
    }

    /** What is tried of the real thing and of wrong variants: versions stand for rows. */
    private interface Fence {
        /** The version held. */
        long hold();

        void release();

        long version();

        /** Whether the change was made; one that cannot be made now is not. */
        boolean change(long expected);
    }

    private static final class Real implements Fence {
        private final LocalFence fence = new LocalFence(row(0), Duration.ofSeconds(1), new NoTime(), new Gate(4));
        private LocalFence.Hold hold;

        @Override
        public long hold() {
            try {
                hold = fence.hold(Role.AUTHORITY);
                return hold.row().version();
            } catch (InterruptedException nobodyDoes) {
                throw new AssertionError(nobodyDoes);
            }
        }

        @Override
        public void release() {
            hold.close();
        }

        @Override
        public long version() {
            return fence.read().version();
        }

        @Override
        public boolean change(long expected) {
            return fence.change(row(expected), row(expected)) != null;
        }

        private static ControlRow row(long version) {
            return new ControlRow(Role.AUTHORITY, Stage.SHADOW, 0, version, true, 1, null);
        }
    }

    /** Calls that pass the gate where it is open, and take their share by the lock where it is not. */
    private static final class Passing implements Fence {
        private final LocalFence fence = new LocalFence(row(0), Duration.ofSeconds(1), new NoTime(), new Gate(4));
        private Passage passage;
        private LocalFence.Hold hold;

        @Override
        public long hold() {
            passage = fence.gate().pass();
            try {
                hold = passage == null ? fence.hold(Role.AUTHORITY) : null;
            } catch (InterruptedException nobodyDoes) {
                throw new AssertionError(nobodyDoes);
            }
            return version();
        }

        @Override
        public void release() {
            if (passage == null) {
                hold.close();
            } else {
                require(!passage.isOvertaken());
                passage.end();
            }
        }

        @Override
        public long version() {
            return fence.read().version();
        }

        @Override
        public boolean change(long expected) {
            return fence.change(row(expected), row(expected)) != null;
        }

        private static ControlRow row(long version) {
            return new ControlRow(Role.AUTHORITY, Stage.OFF, 0, version, false, 1, null);
        }
    }

    /** A gate in its simplest form, spoilt: who is between looking and counting is overlooked. */
    private static final class LooksFirst extends Simple {
        private volatile boolean open = true;

        @Override
        public long hold() {
            while (!open) {
                Thread.yield();
            }
            return super.hold();
        }

        @Override
        public boolean change(long expected) {
            open = false;
            while (!mayChange(expected)) {
                Thread.yield();
            }
            boolean made = replace();
            open = true;
            return made;
        }
    }

    /** Time stands still, so that nobody's patience ends; whoever waits lets others go on. */
    private static final class NoTime implements Pace {
        @Override
        public long nanos() {
            return 0;
        }

        @Override
        public void pause(Duration atLeast) {
            Thread.yield();
        }
    }

    /** Right by itself; each wrong variant spoils the change. */
    private static class Simple implements Fence {
        private int holders;
        private long version;

        @Override
        public synchronized long hold() {
            holders++;
            return version;
        }

        @Override
        public synchronized void release() {
            holders--;
        }

        @Override
        public synchronized long version() {
            return version;
        }

        @Override
        public synchronized boolean change(long expected) {
            return mayChange(expected) && replace();
        }

        synchronized boolean mayChange(long expected) {
            return version == expected && holders == 0;
        }

        synchronized boolean replace() {
            version++;
            return true;
        }
    }
}
