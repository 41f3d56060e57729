package io.dualwrite.command;

/** A command line that makes no sense; the message says why. */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1;

    UsageException(String message) {
        super(message);
    }
}
