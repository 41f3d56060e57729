package io.dualwrite.spring.capture;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What was executed before the migration could be made, while the application was starting: scripts, schema tools. It is looked
 * at when there is a migration; the next transaction that changes something names whole tables for it. Thread-safe.
 */
final class EarlyStatements {
    /** With more texts than that, every table is taken to be changed. */
    private static final int MOST = 1_000;

    private final Set<String> texts = ConcurrentHashMap.newKeySet();
    private volatile boolean many;

    void add(String sql) {
        if (texts.size() < MOST) {
            texts.add(sql);
        } else {
            many = true;
        }
    }

    boolean isEmpty() {
        return texts.isEmpty() && !many;
    }

    /** Adds the tables that they may have changed. */
    void nameTo(Changes changes, EffectReader reader) {
        if (many) {
            reader.tables().forEach(changes::whole);
        }
        for (String text : texts) {
            tables(reader.read(text)).forEach(changes::whole);
        }
    }

    private static List<CapturedTable> tables(Effect effect) {
        if (effect instanceof Effect.Named named) {
            return List.of(named.table());
        } else if (effect instanceof Effect.Generated generated) {
            return List.of(generated.table());
        } else if (effect instanceof Effect.Searched searched) {
            return List.of(searched.table());
        }
        return effect instanceof Effect.Unnamed unnamed ? unnamed.tables() : List.of();
    }

    /** They have been named, and that was committed. */
    void forget() {
        texts.clear();
        many = false;
    }
}
