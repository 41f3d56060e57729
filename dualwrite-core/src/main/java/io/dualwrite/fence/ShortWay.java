package io.dualwrite.fence;

import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The way of calls to plain stores at the stages that leave no intents, OFF and COMPLETE: no transaction, no key, no lock,
 * nothing allocated. A write counts itself as in flight, and looks again at its end whether intents are wanted by now.
 * Thread-safe; never blocks.
 */
public final class ShortWay {
    private final Sides<LocalFence> fences;
    private final Gate origin;
    private final Gate target;
    private final LocalIntents intents;
    private final CommitHook hook;

    ShortWay(Sides<LocalFence> fences, LocalIntents intents, CommitHook hook) {
        this.fences = fences;
        this.origin = fences.origin().gate();
        this.target = fences.target().gate();
        this.intents = intents;
        this.hook = hook;
    }

    /** Begins a write, to be ended in any case; null when it has to go the long way, with nothing begun. */
    public @Nullable Passage begin() {
        Passage passage = target.open() != null ? null : origin.pass();
        return passage != null ? passage : target.pass();
    }

    /** Where a write that was begun is to be made. */
    public Side side(Passage passage) {
        return passage.gate() == origin ? Side.ORIGIN : Side.TARGET;
    }

    /** Takes the records of a write that was overtaken: intents may be wanted by now. Called before its end. */
    public void overtaken(Passage passage, Collection<RecordId> changed) {
        Side side = side(passage);
        if (fences.of(side).read().journalled()) {
            intents.late(side, changed);
            hook.committed(changed);
        }
    }

    /** The row under which reads need neither comparison nor ramp now, or null. */
    public @Nullable ControlRow resting() {
        ControlRow row = origin.open();
        return row != null ? row : target.open();
    }

    /** Where reads under that row are answered. */
    public Side side(ControlRow resting) {
        return resting.stage() == Stage.COMPLETE ? Side.TARGET : Side.ORIGIN;
    }

    /** Whether the row is in force still. */
    public boolean isResting(ControlRow resting) {
        return origin.open() == resting || target.open() == resting;
    }
}
