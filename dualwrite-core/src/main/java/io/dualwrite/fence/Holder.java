package io.dualwrite.fence;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who holds a control row shared and so keeps a change of it waiting, told as the store's own tools tell it. Never
 * carries statements or values. Immutable.
 *
 * @param session the number of the session, process or thread in the store, or the name of a thread of this process
 * @param who the application and user it belongs to; empty when the store does not say
 * @param state what it is doing; empty when the store does not say
 * @param age how long its transaction has been open; null when the store does not say
 */
public record Holder(
        String session, String who, String state, @Nullable Duration age) {
    private static final int TOLD_AT_MOST = 5;

    public Holder {
        Objects.requireNonNull(session, "session");
        Objects.requireNonNull(who, "who");
        Objects.requireNonNull(state, "state");
    }

    /** For example {@code session 4711 (orders, user app), idle in transaction, open for 5320 ms}. */
    @Override
    public String toString() {
        return session
                + (who.isBlank() ? "" : " (" + who + ")")
                + (state.isBlank() ? "" : ", " + state)
                + (age == null ? "" : ", open for " + age.toMillis() + " ms");
    }

    /** What to add to a refusal: the first few of them, or nothing when nobody could be seen. */
    public static String told(List<Holder> holders) {
        if (holders.isEmpty()) {
            return "";
        }
        String first =
                holders.stream().limit(TOLD_AT_MOST).map(Holder::toString).collect(Collectors.joining("; "));
        int more = holders.size() - TOLD_AT_MOST;
        return ". In the way: " + first + (more > 0 ? "; and " + more + " more" : "");
    }
}
