package io.dualwrite.testkit.history;

/** Something that cannot have happened, had every promise been kept. */
public record Violation(Kind kind, String key, String what) {
    /** Which promise was broken. */
    public enum Kind {
        /** An acknowledged write is nowhere. */
        LOST,
        /** What was replaced is there again. */
        STALE,
        /** What was deleted is there again. */
        RESURRECTED,
        /** Two writes replaced the same value: one of them has not seen the other. */
        FORKED,
        /** A value is there that nobody wrote, or that was rolled back. */
        INVENTED,
        /** A read was answered with what had been replaced before it began. */
        STALE_READ,
        /** The two sides differ at rest. */
        UNEQUAL,
        /** A side's states are not those of the authority in their order. */
        REORDERED,
        /** A change was made by somebody who had no right to, or on two sides at one handover number. */
        UNFENCED
    }

    @Override
    public String toString() {
        return kind + " [" + key + "] " + what;
    }
}
