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

/** The fence in memory under the interleavings of a writer and a change, and of two changes. */
class LocalFenceInterleavingsTest {
    private static final int INTERLEAVINGS = 250;

    @Test
    void theRowStaysAsItIsWhileItIsHeld() {
        writeWhileItChanges(Real::new);
    }

    @Test
    void ofTwoChangesThatExpectTheSameRowOneIsMade() {
        changeTwice(Real::new);
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
        writeWhileItChanges(Simple::new);
        changeTwice(Simple::new);
    }

    private static void writeWhileItChanges(Supplier<Fence> variant) {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
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
        private final LocalFence fence = new LocalFence(row(0), Duration.ofSeconds(1), new NoTime());
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
