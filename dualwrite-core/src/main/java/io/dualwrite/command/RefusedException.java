package io.dualwrite.command;

/** The library refuses what a command asks for; the message is its own words, without anything of records. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    RefusedException(String reason) {
        super(reason);
    }

    RefusedException(IllegalStateException refusal) {
        super(refusal.getMessage(), refusal);
    }
}
