package io.dualwrite.control.ramp;

/**
 * Where a ramp stands, for all nodes of an application. Immutable.
 *
 * @param version grows with every change, 0 before the first
 * @param epoch grows whenever evidence has to be counted from zero again
 * @param step which step of the plan, from 0; -1 while the phase is OFF or ROLLED_BACK
 * @param percent the share, 0 to 100
 * @param rollbacks how often it went back by itself
 * @param why what led here
 */
public record RampState(long version, long epoch, RampPhase phase, int step, int percent, int rollbacks, String why) {
    /** Before anything. */
    public static final RampState FIRST = new RampState(0, 0, RampPhase.OFF, -1, 0, 0, "never begun");

    RampState with(RampPhase next, String because) {
        return new RampState(version + 1, epoch, next, step, percent, rollbacks, because);
    }

    RampState at(RampPhase next, int itsStep, int share, String because) {
        return new RampState(version + 1, epoch + 1, next, itsStep, share, rollbacks, because);
    }

    RampState rolledBack(String because) {
        return new RampState(version + 1, epoch + 1, RampPhase.ROLLED_BACK, -1, 0, rollbacks + 1, because);
    }
}
