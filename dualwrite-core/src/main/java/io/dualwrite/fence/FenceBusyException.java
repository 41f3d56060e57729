package io.dualwrite.fence;

import org.jspecify.annotations.Nullable;

/** Transactions in flight held a control row for longer than the lock time-out. Nothing was changed; try again. */
public final class FenceBusyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public FenceBusyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
