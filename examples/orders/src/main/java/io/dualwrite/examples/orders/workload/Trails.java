package io.dualwrite.examples.orders.workload;

import io.dualwrite.examples.orders.ledger.Account;
import io.dualwrite.examples.orders.ledger.Book;
import io.dualwrite.examples.orders.ledger.Change;
import io.dualwrite.examples.orders.ledger.Ref;
import io.dualwrite.examples.orders.shop.Entity;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What every writer knows of its records, for every reader to judge by. Thread-safe. */
final class Trails {
    private static final int RECENT = 2048;

    private final long firstCreatedKey;
    private final Map<Ref, Trail> trails = new ConcurrentHashMap<>();
    private final Set<Ref> retired = ConcurrentHashMap.newKeySet();
    private final AtomicReferenceArray<Ref> recent = new AtomicReferenceArray<>(RECENT);
    private final AtomicLong touched = new AtomicLong();

    /** @param firstCreatedKey below it are the rows that were loaded */
    Trails(long firstCreatedKey, Book book) {
        this.firstCreatedKey = firstCreatedKey;
        book.accounts().forEach(this::resume);
    }

    private void resume(Ref ref, Account account) {
        Change last = account.acknowledged();
        if (account.isAmbiguous()) {
            retired.add(ref);
        } else if (last != null) {
            trails.put(ref, new Trail(last.revision(), last.after() != null));
        }
    }

    void intended(Change change) {
        if (change.id() != null) {
            trail(change.ref()).intended(change);
        }
    }

    void acknowledged(Change change) {
        trail(change.ref()).acknowledged(change);
        recent.set((int) (touched.getAndIncrement() % RECENT), change.ref());
    }

    /** Nobody knows any more how this record is. */
    void retire(Ref ref) {
        retired.add(ref);
    }

    /** One of the records written last, or null when none was. */
    @Nullable Ref anyRecent(RandomGenerator random) {
        int filled = (int) Math.min(touched.get(), RECENT);
        return filled == 0 ? null : recent.get(random.nextInt(filled));
    }

    /** Why a read that began then and found this is too old; null when it is not. */
    @Nullable String objection(Ref ref, @Nullable Entity found, long readBeganNanos, Duration bound) {
        Trail trail = trails.get(ref);
        if (retired.contains(ref)) {
            return null;
        }
        if (trail == null) {
            return found == null && ref.id() < firstCreatedKey ? "read nothing, loaded and never touched" : null;
        }
        return trail.objection(found, readBeganNanos, bound);
    }

    private Trail trail(Ref ref) {
        return trails.computeIfAbsent(ref, unknown -> new Trail(0, ref.id() < firstCreatedKey));
    }
}
