package io.dualwrite.examples.orders;

/** A step could not be done. What was done before it stays. */
final class StepException extends Exception {
    private static final long serialVersionUID = 1;

    StepException(String step, Exception cause) {
        super("Step '" + step + "' failed: " + cause.getMessage(), cause);
    }
}
