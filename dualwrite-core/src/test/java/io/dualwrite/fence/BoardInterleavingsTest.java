package io.dualwrite.fence;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.ControlView;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** The board under every interleaving of a few calls: noting is atomic, and what was seen is never unseen. */
class BoardInterleavingsTest {
    @Test
    void notingAndLookingAreAtomic() {
        options().check(Noting.class);
    }

    @Test
    void whoeverReadsAStaleRowLateNeverTurnsThePictureBack() {
        options().check(Refreshing.class);
    }

    @Test
    void aBoardThatChecksAndThenSetsIsCaught() {
        assertThatThrownBy(() -> options().check(CheckThenAct.class)).isInstanceOf(LincheckAssertionError.class);
    }

    @Test
    void aBoardThatTakesWhateverWasReadLastIsCaught() {
        assertThatThrownBy(() -> options().check(LastReadWins.class)).isInstanceOf(LincheckAssertionError.class);
    }

    private static ModelCheckingOptions options() {
        return new ModelCheckingOptions()
                .iterations(8)
                .invocationsPerIteration(100)
                .threads(2)
                .actorsPerThread(3)
                .actorsBefore(1)
                .actorsAfter(1)
                .minimizeFailedScenario(false);
    }

    /** What is tried of a board. */
    interface Picture {
        void note(Side side, ControlRow row);

        ControlView view();
    }

    private static class NeverAsked implements Control {
        @Override
        public ControlRow read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public ControlRow change(ControlRow expected, ControlRow next) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Holder> holders() {
            throw new UnsupportedOperationException();
        }
    }

    private static ControlRow row(int version) {
        return new ControlRow(Role.AUTHORITY, Stage.values()[version % 3], version, version, version % 3 > 0, 1, null);
    }

    private static long version(ControlView view, Side side) {
        ControlRow row = view.of(side);
        return row == null ? -1 : row.version();
    }

    /** Rows that were read in any order, noted by several threads. */
    @Param(name = "version", gen = IntGen.class, conf = "0:5")
    public static class Noting {
        private final Picture picture = picture();

        Picture picture() {
            Board board = new Board(Sides.each(side -> new NeverAsked()));
            return new Picture() {
                @Override
                public void note(Side side, ControlRow row) {
                    board.note(side, row);
                }

                @Override
                public ControlView view() {
                    return board.view();
                }
            };
        }

        @Operation
        public void noteOrigin(@Param(name = "version") int version) {
            picture.note(Side.ORIGIN, row(version));
        }

        @Operation
        public void noteTarget(@Param(name = "version") int version) {
            picture.note(Side.TARGET, row(version));
        }

        @Operation
        public String look() {
            ControlView view = picture.view();
            return version(view, Side.ORIGIN) + "/" + version(view, Side.TARGET);
        }
    }

    public static class CheckThenAct extends Noting {
        @Override
        Picture picture() {
            AtomicReference<ControlView> known = new AtomicReference<>(ControlView.NOTHING);
            return new Picture() {
                @Override
                public void note(Side side, ControlRow row) {
                    ControlView before = known.get();
                    if (version(before, side) <= row.version()) {
                        known.set(before.with(side, row));
                    }
                }

                @Override
                public ControlView view() {
                    return known.get();
                }
            };
        }
    }

    /** A store's row moves on while several threads read it and note what they have read. */
    public static class Refreshing {
        private final AtomicInteger stored = new AtomicInteger();
        private final AtomicLong seen = new AtomicLong(-1);
        private final Board board = new Board(Sides.each(side -> new NeverAsked() {
            @Override
            public ControlRow read() {
                return row(stored.get());
            }
        }));

        @Operation
        public void theRowMovesOn() {
            stored.incrementAndGet();
        }

        /** Whether what anybody saw before is seen afterwards too, or something newer; by handover number as well. */
        @Operation
        public boolean refreshAndLook() {
            refresh();
            return look();
        }

        @Operation
        public boolean look() {
            long before = seen.get();
            ControlView view = view();
            long now = version(view, Side.ORIGIN);
            seen.accumulateAndGet(now, Math::max);
            ControlRow row = view.origin();
            return now >= before && (row == null || row.handover() == now);
        }

        void refresh() {
            board.refresh(Side.ORIGIN);
        }

        ControlView view() {
            return board.view();
        }

        ControlRow stored() {
            return row(stored.get());
        }
    }

    public static class LastReadWins extends Refreshing {
        private volatile ControlView last = ControlView.NOTHING;

        @Override
        void refresh() {
            ControlRow read = stored();
            last = last.with(Side.ORIGIN, read);
        }

        @Override
        ControlView view() {
            return last;
        }
    }
}
