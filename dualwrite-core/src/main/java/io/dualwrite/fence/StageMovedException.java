package io.dualwrite.fence;

/**
 * The authority moved, or was being moved for longer than writers wait, while this call could not follow. The write was
 * not done; running the whole transaction again is right and safe.
 */
public final class StageMovedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StageMovedException(String message) {
        super(message);
    }
}
