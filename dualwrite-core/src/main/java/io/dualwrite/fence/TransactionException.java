package io.dualwrite.fence;

/**
 * A transaction of the library's own could not be begun or committed, inside a method that does not declare the store's
 * checked exception, which is the cause. When it came from the commit, the outcome may be unknown; whatever it was, the
 * copy will follow it.
 */
public final class TransactionException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** For the operation that was called. */
    public TransactionException(String operation, Exception cause) {
        super(
                "The transaction around " + operation
                        + " could not be begun or committed; when it failed in the commit,"
                        + " look whether it was made before trying again",
                cause);
    }
}
