package io.dualwrite.journal;

/** A journal's store failed. The message names the operation; the cause is the store's own exception. */
public final class JournalException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public JournalException(String message, Throwable cause) {
        super(message, cause);
    }
}
