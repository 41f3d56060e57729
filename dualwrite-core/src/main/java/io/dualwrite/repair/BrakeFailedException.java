package io.dualwrite.repair;

/** A brake threw or did not answer in time: as long as that is so, nobody can tell whether to go on. */
final class BrakeFailedException extends Exception {
    private static final long serialVersionUID = 1;

    BrakeFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
