package io.dualwrite.control.ramp;

/** Where a ramp stands. In every phase in which the copy may answer reads, its gates are armed. */
public enum RampPhase {
    /** Not begun, or given up by a person. All reads go to the source. */
    OFF(false),
    /** Going up, or waiting for evidence to do so. */
    RAMPING(true),
    /** A person has paused it; the share stays and does not grow. */
    PAUSED(true),
    /** It waits for a person: a gate could not be asked, or a step took too long without a decision. The share stays. */
    HELD(true),
    /** All steps are made; the share stays. */
    FULL(true),
    /** Gone back. All reads go to the source; a person may resume after the cool-down. */
    ROLLED_BACK(false);

    private final boolean armed;

    RampPhase(boolean armed) {
        this.armed = armed;
    }

    /** Whether the copy may answer reads, and gates that fail roll back. */
    public boolean isArmed() {
        return armed;
    }
}
