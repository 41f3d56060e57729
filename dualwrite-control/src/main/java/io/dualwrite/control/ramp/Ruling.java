package io.dualwrite.control.ramp;

import io.dualwrite.control.evidence.Evidence;

/**
 * What one gate says at one look.
 *
 * @param why in words, with what is missing where something is; no data of the application's
 */
public record Ruling(String gate, boolean critical, Verdict verdict, String why, Evidence evidence) {
    /** What a gate can say. */
    public enum Verdict {
        PASS,
        /** What it guards is not kept. */
        FAIL,
        /** Not enough evidence, or none. */
        INCONCLUSIVE,
        /** It could not be asked. */
        ERROR
    }

    @Override
    public String toString() {
        return gate + (critical ? " " : " (advisory) ") + verdict + ": " + why;
    }
}
