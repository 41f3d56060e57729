package io.dualwrite.journal;

/** A call to the copy that must end first is in progress still: it may hang, and what it writes may come late. */
public final class CallInProgressException extends Exception {
    private static final long serialVersionUID = 1;

    CallInProgressException() {
        super("A call to the copy that has to end first is still in progress", null, false, false);
    }
}
