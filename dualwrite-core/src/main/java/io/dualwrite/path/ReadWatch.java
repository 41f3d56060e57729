package io.dualwrite.path;

import io.dualwrite.stage.Side;

/**
 * Sees how each side answers reads outside transactions, its own attempts and the comparisons' among them: for gates that
 * count what a copy does. Called on the thread that read, right after the store's answer, so be quick and never block. What
 * it throws reaches no caller; it is logged once per kind.
 */
public interface ReadWatch {
    /** A side answered, after so many nanoseconds. */
    void answered(Side side, long nanos);

    /** A side threw, after so many nanoseconds. Whether that says anything about the side is not known here. */
    void threw(Side side, long nanos);
}
