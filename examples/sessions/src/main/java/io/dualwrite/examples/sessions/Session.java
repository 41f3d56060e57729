package io.dualwrite.examples.sessions;

/**
 * Somebody's visit.
 *
 * @param id 1 to 100 letters, digits and {@code -}
 * @param user who
 * @param clicks how often they have been seen since they came
 */
public record Session(String id, String user, int clicks) {
    /** The same visit, seen once more. */
    Session clicked() {
        return new Session(id, user, clicks + 1);
    }
}
