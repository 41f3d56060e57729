package io.dualwrite.control.rehearsal;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Records that are nobody's, in a space of keys that is nobody's. Whatever is found under these keys and is no canary ends a
 * rehearsal before it has touched anything. Immutable; the functions are called on several threads.
 *
 * @param count how many there are, from 4 to 10,000
 * @param key the key of each, from 0 to {@code count} - 1; no two the same
 * @param record a record with this key; different revisions make records that are not equal
 * @param isCanary tells a canary from a record of the application's, whatever its key: by a mark in its contents
 */
public record Canaries<R, K>(int count, IntFunction<K> key, BiFunction<K, Integer, R> record, Predicate<R> isCanary) {
    public Canaries {
        if (count < 4 || count > 10_000) {
            throw new IllegalArgumentException("There are 4 to 10,000 canaries, not " + count);
        }
    }

    /** All keys, in the order of their numbers. */
    public List<K> keys() {
        return IntStream.range(0, count).mapToObj(key).toList();
    }

    /** Everything that is wrong with this declaration; empty when nothing is. */
    List<String> problems() {
        if (keys().stream().distinct().count() < count) {
            return List.of("two canaries have the same key");
        }
        R first = record.apply(key.apply(0), 1);
        R second = record.apply(key.apply(0), 2);
        if (first.equals(second)) {
            return List.of("two revisions of a canary are equal, so that a lost write would not show");
        }
        if (!first.equals(record.apply(key.apply(0), 1))) {
            return List.of("the same revision of a canary is not equal to itself; give records an equals");
        }
        return isCanary.test(first) ? List.of() : List.of("a canary is not recognised as one");
    }
}
