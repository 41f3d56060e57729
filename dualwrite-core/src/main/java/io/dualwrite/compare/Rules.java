package io.dualwrite.compare;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a comparison does otherwise at some paths, and everywhere. Immutable; every {@code with} returns another one.
 *
 * @param ignored paths that are not looked at
 * @param unordered paths of lists whose order means nothing
 * @param conversions what values become, on both sides, before they are compared
 * @param tolerances when two values count as the same although they are not equal
 * @param names paths by the other name of their last part, to the name it has here
 * @param numbersByValue whether 1 equals 1.0, whatever classes they are of
 * @param times the unit that times are cut off at, or null to compare them whole
 */
record Rules(
        Set<String> ignored,
        Set<String> unordered,
        Map<String, UnaryOperator<Object>> conversions,
        Map<String, BiPredicate<Object, Object>> tolerances,
        Map<String, String> names,
        boolean numbersByValue,
        @Nullable ChronoUnit times) {
    static final Rules NONE = new Rules(Set.of(), Set.of(), Map.of(), Map.of(), Map.of(), false, null);

    private static final String ANYWHERE = "**.";

    Rules withIgnored(String path) {
        return new Rules(and(ignored, path), unordered, conversions, tolerances, names, numbersByValue, times);
    }

    Rules withUnordered(String path) {
        return new Rules(ignored, and(unordered, path), conversions, tolerances, names, numbersByValue, times);
    }

    Rules withConversion(String path, UnaryOperator<Object> conversion) {
        UnaryOperator<Object> before = conversions.get(path);
        UnaryOperator<Object> both = before == null ? conversion : value -> conversion.apply(before.apply(value));
        return new Rules(ignored, unordered, and(conversions, path, both), tolerances, names, numbersByValue, times);
    }

    Rules withTolerance(String path, BiPredicate<Object, Object> same) {
        return new Rules(ignored, unordered, conversions, and(tolerances, path, same), names, numbersByValue, times);
    }

    Rules withName(String path, String otherName) {
        int at = Math.max(path.lastIndexOf('.'), path.lastIndexOf('{')) + 1;
        boolean ofMap = path.endsWith("}");
        String name = ofMap ? path.substring(at, path.length() - 1) : path.substring(at);
        String other = path.substring(0, at) + otherName + (ofMap ? "}" : "");
        return new Rules(ignored, unordered, conversions, tolerances, and(names, other, name), numbersByValue, times);
    }

    Rules withNumbersByValue() {
        return new Rules(ignored, unordered, conversions, tolerances, names, true, times);
    }

    Rules withTimes(ChronoUnit unit) {
        return new Rules(ignored, unordered, conversions, tolerances, names, numbersByValue, unit);
    }

    boolean ignores(String path) {
        return !ignored.isEmpty() && (ignored.contains(path) || ignored.contains(anywhere(path)));
    }

    boolean isUnordered(String path) {
        return !unordered.isEmpty() && (unordered.contains(path) || unordered.contains(anywhere(path)));
    }

    /** Whether objects of different classes may mean the same, part by part. */
    boolean acrossTypes() {
        return !names.isEmpty();
    }

    Object converted(String path, Object value) {
        UnaryOperator<Object> conversion = find(conversions, path);
        Object converted = conversion == null ? value : conversion.apply(value);
        return times == null ? converted : cutOff(converted, times);
    }

    boolean tolerates(String path, Object left, Object right) {
        BiPredicate<Object, Object> same = find(tolerances, path);
        return same != null && same.test(left, right);
    }

    /** The path of a named part, under the name it has in these rules. */
    String part(String path, String name) {
        String own = path.isEmpty() ? name : path + "." + name;
        String here = find(names, own);
        return here == null ? own : path.isEmpty() ? here : path + "." + here;
    }

    /** The path of a map's value: with its key where a rule names that, else the same for every key. */
    String entry(String path, @Nullable Object key) {
        String own = path + "{" + key + "}";
        String here = names.get(own);
        String named = here == null ? own : path + "{" + here + "}";
        return isNamed(named) ? named : path + "{}";
    }

    /** The key of a map's value, under the name it has in these rules. */
    @Nullable Object key(String path, @Nullable Object key) {
        String here = names.get(path + "{" + key + "}");
        return here == null ? key : here;
    }

    /** The parts by the names they have in these rules. */
    Map<String, @Nullable Object> named(String path, Map<String, @Nullable Object> parts) {
        if (names.isEmpty()) {
            return parts;
        }
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        parts.forEach((name, part) -> {
            String here = find(names, path.isEmpty() ? name : path + "." + name);
            named.put(here == null || parts.containsKey(here) ? name : here, part);
        });
        return named;
    }

    private boolean isNamed(String path) {
        return ignored.contains(path)
                || unordered.contains(path)
                || startsAny(ignored, path)
                || startsAny(unordered, path)
                || startsAny(conversions.keySet(), path)
                || startsAny(tolerances.keySet(), path)
                || names.entrySet().stream().anyMatch(each -> each.getKey().startsWith(path) || isOther(each, path));
    }

    /** Whether a renamed entry of a map is the one at this path. */
    private static boolean isOther(Map.Entry<String, String> name, String path) {
        int at = name.getKey().lastIndexOf('{') + 1;
        return at > 0 && path.equals(name.getKey().substring(0, at) + name.getValue() + "}");
    }

    private static boolean startsAny(Set<String> paths, String path) {
        return paths.stream().anyMatch(each -> each.startsWith(path));
    }

    private static <V> @Nullable V find(Map<String, V> byPath, String path) {
        V exact = byPath.get(path);
        return exact != null || byPath.isEmpty() ? exact : byPath.get(anywhere(path));
    }

    private static String anywhere(String path) {
        return ANYWHERE + path.substring(path.lastIndexOf('.') + 1);
    }

    private static Object cutOff(Object value, ChronoUnit unit) {
        if (value instanceof Date date) {
            return unit.compareTo(ChronoUnit.MILLIS) < 0
                    ? value
                    : Instant.ofEpochMilli(date.getTime()).truncatedTo(unit);
        }
        if (value instanceof Instant time) {
            return time.truncatedTo(unit);
        }
        if (value instanceof LocalDateTime time) {
            return time.truncatedTo(unit);
        }
        if (value instanceof LocalTime time) {
            return time.truncatedTo(unit);
        }
        if (value instanceof OffsetDateTime time) {
            return time.truncatedTo(unit);
        }
        if (value instanceof OffsetTime time) {
            return time.truncatedTo(unit);
        }
        return value instanceof ZonedDateTime time ? time.truncatedTo(unit) : value;
    }

    /** Text without its case, as far as languages agree on it. */
    static Object caseless(Object text) {
        return text instanceof CharSequence
                ? text.toString().toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT)
                : text;
    }

    private static Set<String> and(Set<String> paths, String path) {
        Set<String> more = new HashSet<>(paths);
        more.add(path);
        return Set.copyOf(more);
    }

    private static <V> Map<String, V> and(Map<String, V> byPath, String path, V value) {
        Map<String, V> more = new HashMap<>(byPath);
        more.put(path, value);
        return Map.copyOf(more);
    }
}
