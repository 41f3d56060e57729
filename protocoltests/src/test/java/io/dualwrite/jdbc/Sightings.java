package io.dualwrite.jdbc;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** In how many schedules each {@link Situation} came up. Thread-safe. */
final class Sightings {
    private final Map<Situation, Integer> schedules = new EnumMap<>(Situation.class);
    private int all;

    /** Counts one schedule. */
    synchronized void add(Set<Situation> seen) {
        all++;
        seen.forEach(each -> schedules.merge(each, 1, Integer::sum));
    }

    /** Those that came up in no schedule. */
    synchronized Set<Situation> neverSeen() {
        Set<Situation> never = EnumSet.allOf(Situation.class);
        never.removeAll(schedules.keySet());
        return never;
    }

    /** One line per situation. */
    @Override
    public synchronized String toString() {
        StringBuilder text = new StringBuilder();
        for (Situation each : Situation.values()) {
            int count = schedules.getOrDefault(each, 0);
            text.append(String.format(
                    Locale.ROOT, "  %6d schedules (%6.2f %%): %s%n", count, 100.0 * count / all, each.text()));
        }
        return text.toString();
    }
}
