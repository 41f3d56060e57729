package io.dualwrite.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * A write was made, but took longer than its grace, and the authority has moved meanwhile or cannot be asked: it may be on the
 * side that no longer counts, and lost. It is not acknowledged. Look for it, or do it again where that does no harm; and set
 * the store's client to give up sooner.
 */
public final class LateWriteException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LateWriteException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
