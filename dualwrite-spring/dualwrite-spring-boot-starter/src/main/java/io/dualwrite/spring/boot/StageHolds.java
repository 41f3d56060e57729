package io.dualwrite.spring.boot;

import io.dualwrite.flag.StageSource;
import io.dualwrite.spring.StageHold;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What keeps the declared migrations where they are, by their names. Thread-safe. */
public final class StageHolds {
    private final Map<String, StageHold> holds = new ConcurrentHashMap<>();

    /** A flag over this one that can be held; over none, where only orders move the migration, a note for those. */
    StageHold over(String migration, @Nullable StageSource flag) {
        StageHold hold = new StageHold(flag);
        holds.put(migration, hold);
        return hold;
    }

    /** That of the migration with this name; null where it was not declared by properties. */
    public @Nullable StageHold of(String migration) {
        return holds.get(migration);
    }
}
