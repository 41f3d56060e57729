package io.dualwrite.repair;

import io.dualwrite.event.Fault;
import io.dualwrite.event.MigrationEvent.Quarantined;
import io.dualwrite.event.MigrationEvent.TransferFailed;
import io.dualwrite.event.MigrationEvent.Transferred;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Board;
import io.dualwrite.fence.Pace;
import io.dualwrite.journal.Journal;
import io.dualwrite.journal.JournalException;
import io.dualwrite.journal.Postponement;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.store.RecordType;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The relay's work on ranges: a {@link RangeRun} for each, in slices of bounded time, so that a long range keeps no other
 * record waiting, and goes on where it was. A relay that dies forgets how far it came; after the lease somebody begins anew.
 * Records that the copy does not take are left for the end: they keep the range open and no other record of it back.
 * Thread-safe; blocks on both stores.
 */
public final class RangeRelay {
    private static final Duration SLICE = Duration.ofMillis(250);
    private static final Duration OUTAGE_REST = Duration.ofMillis(200);

    /** Of those that have had no turn yet, in an order that is the same in every process: a simulation can be repeated. */
    private static final Comparator<RangeRun> LONGEST_WAIT = Comparator.comparingLong(RangeRun::turn)
            .thenComparing(run -> run.id().type())
            .thenComparing(run -> run.id().key());

    private final Board board;
    private final Sides<Journal> journals;
    private final Transfer transfer;
    private final List<RecordType<?, ?>> types;
    private final @Nullable Scan scan;
    private final CircuitBreaker breaker;
    private final RelaySettings settings;
    private final MigrationListener listener;
    private final Pace pace;
    private final IntervalFunction backoff;
    private final ConcurrentMap<Begun, RangeRun> runs = new ConcurrentHashMap<>();
    private final AtomicLong turns = new AtomicLong();

    private record Begun(Side from, RecordId range) {}

    /** What a relay needs to list the records of ranges; {@code scan} is null where the stores cannot. */
    public record Listing(
            List<RecordType<?, ?>> types, @Nullable Scan scan) {
        public Listing {
            types = List.copyOf(types);
        }
    }

    RangeRelay(
            Board board,
            Sides<Journal> journals,
            Transfer transfer,
            Listing listing,
            CircuitBreaker breaker,
            RelaySettings settings,
            MigrationListener listener,
            Pace pace) {
        this.board = board;
        this.journals = journals;
        this.transfer = transfer;
        this.types = listing.types();
        this.scan = listing.scan();
        this.breaker = breaker;
        this.settings = settings;
        this.listener = listener;
        this.pace = pace;
        this.backoff = IntervalFunction.ofExponentialBackoff(settings.firstDelay(), 2, settings.longestDelay());
    }

    /**
     * Takes up ranges that were claimed; what is being brought over already goes on where it is. What nobody here can list is
     * quarantined, and told of.
     *
     * @param mark what was noted as pending before the claim
     */
    void take(Side from, Collection<RecordId> claimed, long mark) {
        for (RecordId range : claimed) {
            RecordType<?, ?> type = type(range);
            Scan listing = scan;
            if (type == null || listing == null) {
                journals.of(from).postpone(Set.of(range), Postponement.quarantine());
                Exception why = new UnsupportedOperationException("The records of " + range + " cannot be listed here");
                listener.on(new Quarantined(range, 1, Fault.of(why)));
            } else {
                runs.computeIfAbsent(
                        new Begun(from, range),
                        begun -> new RangeRun(
                                range, type, from, mark, settings.batch(), journals.of(from), transfer, listing));
            }
        }
    }

    private @Nullable RecordType<?, ?> type(RecordId range) {
        String name = RecordRange.of(range).type();
        return types.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /**
     * Works for a bounded time on the range that has waited longest.
     *
     * @param urgent whether one that rests after a failure goes on too
     * @param pending what this process has noted and not seen arrive
     * @return how many steps were made; 0 when there is nothing to do now
     */
    int advance(Side from, boolean urgent, Pending pending) {
        runs.values().removeIf(run -> run.from() != from);
        RangeRun run = runs.values().stream()
                .filter(each -> urgent || !each.isResting())
                .min(LONGEST_WAIT)
                .orElse(null);
        if (run == null || !run.take(turns.incrementAndGet())) {
            return 0;
        }
        try {
            return slice(run, pending);
        } finally {
            run.giveBack();
        }
    }

    private int slice(RangeRun run, Pending pending) {
        Journal journal = journals.of(run.from());
        if (run.isOvertaken()) {
            forget(run);
            return 1;
        }
        Pace.Deadline end = pace.in(SLICE);
        int steps = 0;
        boolean goesOn = true;
        while (goesOn && breaker.tryAcquirePermission()) {
            steps++;
            goesOn = step(run) && !run.isOver() && !run.isStuck() && !end.isOver();
        }
        if (run.isOver()) {
            forget(run);
            pending.arrived(Set.of(run.id()), run.mark());
            // What was added meanwhile is nobody's now.
            journal.postpone(Set.of(run.id()), Postponement.release());
        } else if (run.isStuck()) {
            putOff(run, journal);
        } else if (steps > 0 && runs.containsValue(run)) {
            journal.postpone(Set.of(run.id()), Postponement.waitFor(settings.lease()));
        }
        return steps;
    }

    private void forget(RangeRun run) {
        runs.remove(new Begun(run.from(), run.id()), run);
    }

    /** Needs the breaker's permission, and gives it back one way or the other. True when the next step may follow at once. */
    private boolean step(RangeRun run) {
        long begun = pace.nanos();
        int carried;
        try {
            carried = run.step();
        } catch (NotACopyException moved) {
            breaker.releasePermission();
            forget(run);
            journals.of(run.from()).postpone(Set.of(run.id()), Postponement.release());
            board.refresh();
            return false;
        } catch (Throwable failure) {
            return failed(run, failure, pace.nanos() - begun);
        }
        long took = pace.nanos() - begun;
        breaker.onSuccess(took, TimeUnit.NANOSECONDS);
        if (carried > 0) {
            listener.on(new Transferred(run.from(), carried, Duration.ofNanos(took)));
        }
        return true;
    }

    private boolean failed(RangeRun run, Throwable failure, long took) {
        listener.on(new TransferFailed(run.from(), run.underWay(), Fault.of(failure)));
        if (failure instanceof InterruptedException || failure instanceof JournalException) {
            breaker.releasePermission();
            run.rest(pace.in(settings.firstDelay()));
            if (failure instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            return false;
        }
        Failures kind = Failures.of(failure);
        boolean ofItsRecords = run.underWay() > 0 && (kind == Failures.REJECTED || kind == Failures.UNKNOWN);
        if (kind == Failures.CONTENTION) {
            breaker.releasePermission();
            run.makeSmaller();
            run.rest(pace.in(settings.firstDelay()));
        } else if (!ofItsRecords) {
            breaker.onError(took, TimeUnit.NANOSECONDS, failure);
            run.rest(pace.in(OUTAGE_REST));
        } else if (kind == Failures.REJECTED) {
            // The store is alive; it is these values that it does not take.
            breaker.onSuccess(took, TimeUnit.NANOSECONDS);
            run.setAside(Fault.of(failure), true);
        } else {
            if (run.underWay() > 1) {
                breaker.releasePermission();
            } else {
                breaker.onError(took, TimeUnit.NANOSECONDS, failure);
            }
            run.setAside(Fault.of(failure), false);
        }
        return ofItsRecords;
    }

    /** Only records that are refused are left: they are tried again later, and after many attempts somebody has to look. */
    private void putOff(RangeRun run, Journal journal) {
        Set<RecordId> one = Set.of(run.id());
        int attempts = run.tryAgain();
        if (attempts == 0) {
            run.rest(pace.in(OUTAGE_REST));
            journal.postpone(one, Postponement.waitFor(settings.lease()));
        } else if (attempts < settings.maxAttempts()) {
            Duration rest = Duration.ofMillis(backoff.apply(attempts));
            run.rest(pace.in(rest));
            journal.postpone(one, Postponement.retryAfter(rest.plus(settings.lease())));
        } else {
            forget(run);
            journal.postpone(one, Postponement.quarantine());
            listener.on(new Quarantined(run.id(), attempts, run.lastFault()));
        }
    }
}
