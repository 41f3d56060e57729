package io.dualwrite.fence;

import java.time.Duration;

/**
 * The write was made and committed on the authority, and the copy had not followed within the time that writers wait for it.
 * Nothing is lost and nothing must be repeated: what the copy lacks is journalled, and brought over in the background. Thrown
 * only where the migration was told to, and only for a write that succeeded.
 */
public final class CopyBehindException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** After having waited this long. */
    public CopyBehindException(Duration budget) {
        super("The write was made and committed, and the copy had not followed after " + budget
                + "; do not repeat it: what the copy lacks is journalled and follows in the background");
    }
}
