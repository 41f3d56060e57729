package io.dualwrite.spring.boot.actuate;

import io.dualwrite.stage.Stage;
import org.jspecify.annotations.Nullable;

/** What a migration can be told to do. In a path in any case, with hyphens between words or without. */
public enum Order {
    /** One stage further, up to RAMP_DOWN. */
    ADVANCE,
    /** To the stage that is named with it, forward or back. */
    MOVE,
    /** Back to SHADOW, the origin having the authority; only beyond the switch. */
    ROLL_BACK,
    /** To COMPLETE, from which there is no way back; somebody has to answer for it. */
    COMPLETE,
    /** No step by itself on this node, and no order but ROLL_BACK, until RELEASE. */
    HOLD,
    /** Takes HOLD back. */
    RELEASE,
    /** Begins to bring over what was there before, in the background, or goes on with it. */
    BACKFILL,
    /** Has backfills of this node wait. */
    PAUSE_BACKFILL,
    /** Takes PAUSE_BACKFILL back. */
    RESUME_BACKFILL,
    /** Begins to compare everything, in the background; repairs, unless another policy is named with it. */
    VERIFY;

    /** Whether it is a step forward that a conductor would make when its gates hold. */
    boolean goesPastConductor(Stage at, @Nullable Stage goal) {
        return this == ADVANCE || this == COMPLETE || (this == MOVE && goal != null && goal.compareTo(at) > 0);
    }
}
