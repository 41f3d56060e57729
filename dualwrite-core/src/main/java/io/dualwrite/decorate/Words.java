package io.dualwrite.decorate;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What the name of a method says, word by word. */
final class Words {
    private static final Set<String> READING = Set.of(
            "find",
            "get",
            "load",
            "read",
            "fetch",
            "list",
            "search",
            "query",
            "count",
            "exists",
            "has",
            "contains",
            "is");
    private static final Set<String> CREATING = Set.of("save", "insert", "create", "add", "persist", "store", "put");
    private static final Set<String> CHANGING =
            Set.of("update", "upsert", "merge", "replace", "set", "change", "delete", "remove");
    private static final Set<String> LOCKING = Set.of("lock", "locked", "locking");

    private final String name;
    private final List<String> words;

    Words(String name) {
        this.name = name;
        this.words = List.of(name.split("(?<=[a-z0-9])(?=[A-Z])")).stream()
                .map(word -> word.toLowerCase(Locale.ROOT))
                .toList();
    }

    /** Begins like a read, and neither writes nor locks further on: {@code findOrCreate} and {@code getForUpdate} do. */
    boolean reads() {
        return READING.contains(words.get(0)) && !doesMore();
    }

    boolean writes() {
        return creates() || CHANGING.contains(words.get(0));
    }

    boolean creates() {
        return CREATING.contains(words.get(0));
    }

    private boolean doesMore() {
        for (int at = 1; at < words.size(); at++) {
            String before = words.get(at - 1);
            boolean joined = before.equals("or") || before.equals("and") || before.equals("for");
            if (LOCKING.contains(words.get(at)) || joined && (isWriting(words.get(at)))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isWriting(String word) {
        return CREATING.contains(word) || CHANGING.contains(word) || word.equals("increment");
    }

    /** Whether an argument of the key's class is the key: {@code find}, {@code deleteById}, {@code getOrder}, not more; {@code deleteAll} only of many. */
    boolean isByKey(Class<?> record, boolean many) {
        if (endsByKey()) {
            return true;
        }
        String rest = name.substring(words.get(0).length());
        String own = record.getSimpleName();
        return rest.isEmpty()
                || rest.equals("One")
                || rest.equals(own)
                || (many && (rest.equals("All") || rest.equals(own + "s")));
    }

    boolean endsByKey() {
        return name.matches(".*By(Id|Key)s?");
    }

    /** Whether this, as the name of a parameter, stands for the key of the record. */
    boolean isKeyOf(Class<?> record) {
        String own = record.getSimpleName();
        return Set.of("id", "key", "ids", "keys", own + "id", own + "key").stream()
                .anyMatch(name::equalsIgnoreCase);
    }
}
