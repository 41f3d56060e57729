package io.dualwrite.journal;

/**
 * The copy's store gave a new record another key than the authority's had. Calling again would only make one more: whoever
 * replays calls needs stores that are handed their keys, or that generate them alike.
 */
public final class OtherKeyException extends Exception {
    private static final long serialVersionUID = 1;

    public OtherKeyException() {
        super("the copy gave the record another key than the authority", null, false, false);
    }

    /** What is told of it. */
    @Override
    public String toString() {
        return "the copy gave the record another key than the authority";
    }
}
