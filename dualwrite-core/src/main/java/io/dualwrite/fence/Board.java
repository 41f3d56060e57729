package io.dualwrite.fence;

import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.ControlView;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.stage.StageChange;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * This node's picture of both control rows. A cache: routing looks here first, and the fence inside each transaction
 * decides. Thread-safe; {@link #view()} and {@link #stage()} never block.
 */
public final class Board {
    private final Sides<Control> controls;
    private final AtomicReference<ControlView> view = new AtomicReference<>(ControlView.NOTHING);
    private final List<Consumer<StageChange>> watchers = new CopyOnWriteArrayList<>();
    private volatile boolean looked;

    public Board(Sides<Control> controls) {
        this.controls = controls;
    }

    public ControlView view() {
        return view.get();
    }

    public Stage stage() {
        return view.get().stage();
    }

    /** Calls {@code watcher} after each change of the stage, on the thread that noticed it. */
    public void watch(Consumer<StageChange> watcher) {
        watchers.add(watcher);
    }

    /**
     * Notes a row as just read or changed. An older row than the one known is passed over, so that readers racing each
     * other never turn the picture back.
     */
    public void note(Side side, ControlRow row) {
        replace(side, row);
    }

    /**
     * Reads one side's row and notes it. A row that cannot be read stays as it was known, and the failure is thrown: who is
     * the authority does not change because it cannot be reached.
     */
    public ControlRow refresh(Side side) {
        ControlRow row = controls.of(side).read();
        replace(side, row);
        return row;
    }

    /** Reads both rows, as far as they can be read. Blocks on both stores, so never on a caller's thread. */
    public ControlView refresh() {
        for (Side side : Side.values()) {
            try {
                refresh(side);
            } catch (ControlException unreadable) {
                // Whoever needs this row asks for it by itself, and gets the reason.
                continue;
            }
        }
        return view();
    }

    private void replace(Side side, ControlRow row) {
        ControlView before;
        ControlView after;
        do {
            before = view.get();
            ControlRow known = before.of(side);
            if (known != null && known.version() > row.version()) {
                return;
            }
            after = before.with(side, row);
        } while (!view.compareAndSet(before, after));
        // One row without the authority says nothing yet; the second one is not a change of the stage.
        boolean firstLook = !looked;
        looked |= after.authority() != null || (after.origin() != null && after.target() != null);
        if (!firstLook && before.stage() != after.stage()) {
            StageChange change = new StageChange(before.stage(), after.stage());
            watchers.forEach(watcher -> watcher.accept(change));
        }
    }
}
