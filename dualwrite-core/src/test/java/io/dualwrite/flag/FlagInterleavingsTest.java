package io.dualwrite.flag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Stage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.BooleanGen;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The ramp and the latch under the interleavings of a few calls by two threads. */
class FlagInterleavingsTest {
    @Test
    void aRampAnswersForEachKeyByTheShareAloneWhoeverElseAsks() {
        options().sequentialSpecification(Placed.class).check(Ramping.class);
    }

    @Test
    void aRampThatCountsItsCallsIsCaught() {
        assertThatThrownBy(() -> options().sequentialSpecification(Placed.class).check(Counting.class))
                .isInstanceOf(LincheckAssertionError.class);
    }

    @Test
    void aRampThatSharesItsScratchSpaceIsCaught() {
        assertThatThrownBy(() -> options().sequentialSpecification(Placed.class).check(Scratching.class))
                .isInstanceOf(LincheckAssertionError.class);
    }

    @Test
    void aKeyThatIsIncludedStaysSoWhileTheShareGrows() {
        for (int key = 0; key < 200; key++) {
            boolean before = false;
            for (int share = 0; share <= 100; share++) {
                boolean included = new Placed().includes(key, share);
                assertThat(included || !before).as("%d percent", share).isTrue();
                before = included;
            }
            assertThat(before).isTrue();
        }
    }

    @Test
    void aLatchGivesTheLastGoodWishWhoeverElseAsks() {
        options().check(Latching.class);
    }

    @Test
    void aLatchThatRemembersWithoutALockIsCaught() {
        assertThatThrownBy(() -> options().check(Unlocked.class)).isInstanceOf(LincheckAssertionError.class);
    }

    private static ModelCheckingOptions options() {
        return new ModelCheckingOptions()
                .iterations(15)
                .invocationsPerIteration(60)
                .threads(2)
                .actorsPerThread(3)
                .actorsBefore(0)
                .actorsAfter(2)
                .minimizeFailedScenario(false);
    }

    private static RecordId id(int key) {
        return new RecordId("order", "key " + key);
    }

    /** What a ramp means: a key's place and the share, nothing else. */
    public static class Placed {
        private int share;

        public void grow(int percent) {
            share = percent;
        }

        public boolean includes(int key) {
            return includes(key, share);
        }

        boolean includes(int key, int percent) {
            Ramp ramp = new Ramp("shop");
            ramp.percent(percent);
            return ramp.includes(id(key));
        }
    }

    /** One ramp, asked and moved by several threads. */
    @Param(name = "key", gen = IntGen.class, conf = "1:6")
    @Param(name = "percent", gen = IntGen.class, conf = "0:100")
    public static class Ramping {
        private final Ramp ramp = new Ramp("shop");

        @Operation
        public void grow(@Param(name = "percent") int percent) {
            ramp.percent(percent);
        }

        @Operation
        public boolean includes(@Param(name = "key") int key) {
            return ramp.includes(id(key));
        }
    }

    /** Every so many calls: the share is right and no key has an answer of its own. */
    @Param(name = "key", gen = IntGen.class, conf = "1:6")
    @Param(name = "percent", gen = IntGen.class, conf = "0:100")
    public static class Counting {
        private final AtomicInteger calls = new AtomicInteger();
        private volatile int share;

        @Operation
        public void grow(@Param(name = "percent") int percent) {
            share = percent;
        }

        @Operation
        public boolean includes(@Param(name = "key") int key) {
            return calls.getAndAdd(37) % 100 < share;
        }
    }

    /** Keeps the key it works on where another thread's key overwrites it. */
    @Param(name = "key", gen = IntGen.class, conf = "1:6")
    @Param(name = "percent", gen = IntGen.class, conf = "0:100")
    public static class Scratching {
        private final Placed placed = new Placed();
        private volatile int share;
        private volatile int scratch;

        @Operation
        public void grow(@Param(name = "percent") int percent) {
            share = percent;
        }

        @Operation
        public boolean includes(@Param(name = "key") int key) {
            scratch = key;
            int percent = share;
            return placed.includes(scratch, percent);
        }
    }

    /** A flag that is set and breaks while several threads ask for its wish. */
    @Param(name = "live", gen = BooleanGen.class)
    public static class Latching {
        private volatile @Nullable Stage wish = Stage.OFF;
        private final StageLatch latch = new StageLatch(this::ask, failure -> {});

        @Operation
        public void set(@Param(name = "live") boolean live) {
            wish = live ? Stage.LIVE : Stage.SHADOW;
        }

        @Operation
        public void breakDown() {
            wish = null;
        }

        @Operation
        public @Nullable Stage wish() {
            return latched();
        }

        Stage ask() {
            Stage asked = wish;
            if (asked == null) {
                throw new IllegalStateException("The flag is gone");
            }
            return asked;
        }

        @Nullable Stage latched() {
            return latch.wish();
        }
    }

    public static class Unlocked extends Latching {
        private volatile @Nullable Stage last;

        @Override
        @Nullable Stage latched() {
            try {
                Stage asked = ask();
                last = asked;
            } catch (IllegalStateException broken) {
                return last;
            }
            return last;
        }
    }
}
