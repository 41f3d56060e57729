package io.dualwrite.fence;

import org.jspecify.annotations.Nullable;

/** A control row could not be read or changed. The message says which side and what to do. */
public final class ControlException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ControlException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
