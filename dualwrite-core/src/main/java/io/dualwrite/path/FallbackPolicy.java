package io.dualwrite.path;

import java.util.NoSuchElementException;

/**
 * <strong>SPI.</strong> After which failures of the authority a read by key may be answered by the copy. Only consulted
 * outside read-write transactions, at stages whose copy is known to be whole, and for records with nothing in flight; an
 * {@link Error} is never covered, since it is about this process and not about the store. Pure and thread-safe.
 */
@FunctionalInterface
public interface FallbackPolicy {
    /** Whether the store has failed, as opposed to having answered "not found" or "you asked wrongly". */
    boolean covers(Exception failure);

    /** No failure: what the authority threw reaches the caller. */
    static FallbackPolicy never() {
        return failure -> false;
    }

    /**
     * Every exception but those by which Java code says that the call was wrong, or that there is no such record:
     * {@link IllegalArgumentException}, {@link IllegalStateException}, {@link NullPointerException},
     * {@link ClassCastException}, {@link IndexOutOfBoundsException}, {@link UnsupportedOperationException},
     * {@link NoSuchElementException}, {@link InterruptedException}, and any whose name has {@code NotFound},
     * {@code NoResult} or {@code EmptyResult} in it.
     */
    static FallbackPolicy onErrors() {
        return failure -> !saysWrongCall(failure) && !saysNotFound(failure);
    }

    private static boolean saysWrongCall(Exception failure) {
        return failure instanceof IllegalArgumentException
                || failure instanceof IllegalStateException
                || failure instanceof NullPointerException
                || failure instanceof ClassCastException
                || failure instanceof IndexOutOfBoundsException
                || failure instanceof UnsupportedOperationException
                || failure instanceof NoSuchElementException
                || failure instanceof InterruptedException;
    }

    private static boolean saysNotFound(Exception failure) {
        for (Class<?> at = failure.getClass(); at != null; at = at.getSuperclass()) {
            String name = at.getSimpleName();
            if (name.contains("NotFound") || name.contains("NoResult") || name.contains("EmptyResult")) {
                return true;
            }
        }
        return false;
    }
}
