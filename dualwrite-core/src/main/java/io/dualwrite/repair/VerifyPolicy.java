package io.dualwrite.repair;

/** What a verification does about a confirmed difference. */
public enum VerifyPolicy {
    /** Tells it. */
    REPORT,
    /** Tells it, voids the clean pass, and transfers the record. */
    REPAIR,
    /** Tells it, voids the clean pass, and ends the verification there, which then notes nothing as clean. */
    STOP
}
