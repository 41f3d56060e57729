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
import org.jspecify.annotations.Nullable;

/**
 * This node's picture of both control rows. A cache: routing looks here first, and the fence inside each transaction
 * decides. Thread-safe; {@link #view()} and {@link #stage()} never block.
 */
public final class Board {
    private final Sides<Control> controls;
    private final AtomicReference<ControlView> view = new AtomicReference<>(ControlView.NOTHING);
    private final List<Consumer<StageChange>> watchers = new CopyOnWriteArrayList<>();

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

    /** Reads one side's row and notes it; a row that cannot be read becomes unknown and the failure is thrown. */
    public ControlRow refresh(Side side) {
        try {
            ControlRow row = controls.of(side).read();
            replace(side, row);
            return row;
        } catch (ControlException unreadable) {
            replace(side, null);
            throw unreadable;
        }
    }

    /** Reads both rows, the unreadable ones becoming unknown. Blocks on both stores, so never on a caller's thread. */
    public ControlView refresh() {
        for (Side side : Side.values()) {
            try {
                refresh(side);
            } catch (ControlException unreadable) {
                // Unknown is what the view says now; whoever needs the row asks again and gets the reason.
                continue;
            }
        }
        return view();
    }

    private void replace(Side side, @Nullable ControlRow row) {
        ControlView before;
        ControlView after;
        do {
            before = view.get();
            ControlRow known = before.of(side);
            if (row != null && known != null && known.version() > row.version()) {
                return;
            }
            after = before.with(side, row);
        } while (!view.compareAndSet(before, after));
        // Unknown rows are no news: a stage is announced when it is known again and differs.
        if (before.stage() != after.stage() && after.authority() != null) {
            StageChange change = new StageChange(before.stage(), after.stage());
            watchers.forEach(watcher -> watcher.accept(change));
        }
    }
}
