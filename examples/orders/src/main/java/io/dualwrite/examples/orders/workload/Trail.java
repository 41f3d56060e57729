package io.dualwrite.examples.orders.workload;

import io.dualwrite.examples.orders.ledger.Change;
import io.dualwrite.examples.orders.shop.Entity;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** The last states of one record and when each was acknowledged: enough to say how old a read is. Thread-safe. */
final class Trail {
    private static final int LONGEST = 64;
    private static final long LONG_AGO_NANOS = Duration.ofHours(1).toNanos();

    private final Deque<Fact> facts = new ArrayDeque<>();
    private @Nullable Change pending;

    private record Fact(int revision, boolean present, long acknowledgedNanos) {}

    /** A record that has been like this for long. */
    Trail(int revision, boolean present) {
        facts.add(new Fact(revision, present, System.nanoTime() - LONG_AGO_NANOS));
    }

    synchronized void intended(Change change) {
        pending = change;
    }

    synchronized void acknowledged(Change change) {
        pending = null;
        facts.add(new Fact(change.revision(), change.after() != null, System.nanoTime()));
        if (facts.size() > LONGEST) {
            facts.removeFirst();
        }
    }

    /** Why a read that began then and found this is too old; null when it is not. */
    synchronized @Nullable String objection(@Nullable Entity found, long readBeganNanos, Duration bound) {
        Fact required = newestBefore(readBeganNanos - bound.toNanos());
        if (required == null || (found == null ? mayBeAbsent(required) : found.revision() >= required.revision)) {
            return null;
        }
        return "read " + (found == null ? "nothing" : "revision " + found.revision()) + ", acknowledged since "
                + (readBeganNanos - required.acknowledgedNanos) / 1_000_000 + " ms was revision " + required.revision
                + (required.present ? "" : ", a deletion");
    }

    private @Nullable Fact newestBefore(long nanos) {
        for (Iterator<Fact> newestFirst = facts.descendingIterator(); newestFirst.hasNext(); ) {
            Fact fact = newestFirst.next();
            if (fact.acknowledgedNanos - nanos <= 0) {
                return fact;
            }
        }
        return null;
    }

    private boolean mayBeAbsent(Fact required) {
        Change now = pending;
        return now != null && now.after() == null
                || facts.stream().anyMatch(fact -> !fact.present && fact.revision >= required.revision);
    }
}
