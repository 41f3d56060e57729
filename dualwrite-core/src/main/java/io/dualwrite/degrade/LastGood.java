package io.dualwrite.degrade;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The last true answers, by what was asked for; the one asked for longest ago goes when there are too many. Thread-safe. */
final class LastGood<T extends @Nullable Object> {
    private final Duration oldest;
    private final Map<Object, Answer<T>> answers;

    /** A true answer and when it was given. */
    record Answer<T extends @Nullable Object>(T value, Instant at) {}

    LastGood(Duration oldest, int most) {
        this.oldest = oldest;
        this.answers = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Object, Answer<T>> eldest) {
                return size() > most;
            }
        };
    }

    synchronized void keep(Object asked, T answer, Instant now) {
        answers.put(asked, new Answer<>(answer, now));
    }

    /** The last true answer, or null when there is none that is young enough. */
    synchronized @Nullable Answer<T> find(Object asked, Instant now) {
        Answer<T> answer = answers.get(asked);
        return answer == null || answer.at().plus(oldest).isBefore(now) ? null : answer;
    }
}
