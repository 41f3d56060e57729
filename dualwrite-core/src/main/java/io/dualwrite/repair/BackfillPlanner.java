package io.dualwrite.repair;

import io.dualwrite.fence.Board;
import io.dualwrite.fence.ControlException;
import io.dualwrite.repair.BackfillPlan.OfType;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Side;
import io.dualwrite.store.RecordType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks at what a backfill would do. Reads only: how far it has come is kept in tables beside the target, and looked up once
 * the copy follows, not before. What is against the copy is told from the beginning, when there is time to mend it; a target
 * that has the authority is no copy. Thread-safe; blocks on both stores.
 */
final class BackfillPlanner {
    private final Board board;
    private final List<RecordType<?, ?>> types;
    private final BackfillCursor.Tools tools;

    BackfillPlanner(Board board, List<RecordType<?, ?>> types, BackfillCursor.Tools tools) {
        this.board = board;
        this.types = types;
        this.tools = tools;
    }

    BackfillPlan plan(Preflight preflight) throws InterruptedException {
        if (board.view().origin() == null) {
            throw new IllegalStateException("What a backfill would do can be told once the migration has been started");
        }
        List<String> obstacles = new ArrayList<>();
        ControlRow row = row(obstacles);
        boolean leads = board.view().authority() == Side.ORIGIN;
        boolean follows = row != null && leads && row.stage().write().followed();
        if (row != null && !follows) {
            obstacles.add("the stage is " + board.stage() + "; move to DUAL_WRITE first, where a backfill runs");
        }
        if (row != null && leads) {
            obstacles.addAll(preflight.copy(Side.TARGET));
        }
        List<OfType> each = new ArrayList<>();
        for (RecordType<?, ?> type : types) {
            each.add(ofType(type, follows && row != null ? row.generation() : 0));
        }
        BackfillSettings settings = tools.settings();
        return new BackfillPlan(
                obstacles,
                follows ? tools.brakes().look() : List.of(),
                each,
                settings.firstChunk(),
                settings.largestChunk(),
                settings.chunkTime(),
                settings.ranges());
    }

    private @Nullable ControlRow row(List<String> obstacles) {
        try {
            return board.refresh(Side.ORIGIN);
        } catch (ControlException unreadable) {
            obstacles.add(String.valueOf(unreadable.getMessage()));
            return null;
        }
    }

    /** {@code generation} is 0 while the copy does not follow. */
    private OfType ofType(RecordType<?, ?> type, int generation) throws InterruptedException {
        BackfillRanges<?> ranges = new BackfillRanges<>(tools, type, generation);
        Checkpoint at = ranges.whole(0, false);
        if (generation > 0) {
            try {
                at = ranges.soFar();
            } catch (RuntimeException unreachable) {
                // The preflight says so.
                return new OfType(type.name(), estimate(Side.ORIGIN, type.name()), -1, 0, false);
            }
        }
        return new OfType(
                type.name(),
                estimate(Side.ORIGIN, type.name()),
                estimate(Side.TARGET, type.name()),
                at.rows(),
                at.done());
    }

    private long estimate(Side side, String type) throws InterruptedException {
        try {
            return tools.scan().estimate(side, type).orElse(-1);
        } catch (InterruptedException stop) {
            throw stop;
        } catch (Exception unknown) {
            // As far as it matters, the preflight says why.
            return -1;
        }
    }
}
