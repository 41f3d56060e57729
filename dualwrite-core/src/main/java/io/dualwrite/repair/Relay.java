package io.dualwrite.repair;

import io.dualwrite.event.CallContext;
import io.dualwrite.event.Contexts;
import io.dualwrite.event.Fault;
import io.dualwrite.event.MigrationEvent.Quarantined;
import io.dualwrite.event.MigrationEvent.TransferFailed;
import io.dualwrite.event.MigrationEvent.Transferred;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Board;
import io.dualwrite.fence.Pace;
import io.dualwrite.journal.Claim;
import io.dualwrite.journal.Intent;
import io.dualwrite.journal.Journal;
import io.dualwrite.journal.JournalException;
import io.dualwrite.journal.Postponement;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Works the journal off: claims due records, transfers them in batches, and decides what becomes of those that fail. Any
 * number of relays, in one process or many, may work on one journal. Thread-safe; blocks on both stores.
 *
 * <p>One bad record must not hold up its batch, and a dead copy must not look like a million bad records. A batch that
 * fails is tried record by record, unless its failure says that the copy is gone. An attempt counts towards quarantine
 * only when the store itself rejected the record, or when other records got through meanwhile; and while the breaker is
 * open nothing is claimed at all.
 */
public final class Relay {
    private static final Duration OUTAGE_REST = Duration.ofMillis(200);
    /** Fewer records are not worth a thread. */
    private static final int WORTH_A_LANE = 25;

    private final Board board;
    private final Sides<Journal> journals;
    private final Transfer transfer;
    private final CircuitBreaker breaker;
    private final RelaySettings settings;
    private final MigrationListener listener;
    private final Pace pace;
    private final IntervalFunction backoff;
    private final Pending pending = new Pending();
    private final Contexts contexts;
    private final Handed handed = new Handed();
    private final RangeRelay ranges;
    private final AtomicLong successes = new AtomicLong();
    private volatile long successesBefore;
    /** How many records to claim at once: fewer after every batch that somebody held up, more after every one that got through. */
    private volatile int atOnce;

    public Relay(
            Board board,
            Sides<Journal> journals,
            Transfer transfer,
            CircuitBreaker breaker,
            RelaySettings settings,
            MigrationListener listener,
            Pace pace) {
        this(
                board,
                journals,
                transfer,
                new RangeRelay.Listing(List.of(), null),
                breaker,
                settings,
                listener,
                pace,
                Contexts.of(null));
    }

    /**
     * With what it takes to bring ranges of records over, without which they are quarantined; and with the contexts of
     * callers, which are around the transfers of what they have changed.
     */
    public Relay(
            Board board,
            Sides<Journal> journals,
            Transfer transfer,
            RangeRelay.Listing listing,
            CircuitBreaker breaker,
            RelaySettings settings,
            MigrationListener listener,
            Pace pace,
            Contexts contexts) {
        this.contexts = contexts;
        this.ranges = new RangeRelay(board, journals, transfer, listing, breaker, settings, listener, pace);
        this.board = board;
        this.journals = journals;
        this.transfer = transfer;
        this.breaker = breaker;
        this.settings = settings;
        this.listener = listener;
        this.pace = pace;
        this.atOnce = settings.batch();
        this.backoff = IntervalFunction.ofExponentialBackoff(settings.firstDelay(), 2, settings.longestDelay());
    }

    /** The records this process has changed and not yet seen arrive. */
    public Pending pending() {
        return pending;
    }

    /** Notes in whose context these records are to be transferred: the calling thread is about to commit them. */
    public void handing(Collection<RecordId> records) {
        CallContext.Captured context = contexts.capture();
        if (context != null) {
            // A range is brought over in many steps, with what others have changed in it too: in nobody's context.
            handed.note(records.stream().filter(record -> !record.isRange()).toList(), context);
        }
    }

    /**
     * Transfers one batch of due records, and goes on with a due range for a while.
     *
     * @return how much was dealt with, transferred or put off; 0 when there was nothing to do or nothing may be
     *     done now
     */
    public int runOnce() {
        return board.stage().write().followed() ? run(board.view().leader(), false) : 0;
    }

    /**
     * Transfers one batch away from {@code from}, leased and postponed records included; what a drain repeats until the
     * journal is empty.
     */
    public int drainOnce(Side from) {
        return run(from, true);
    }

    private int run(Side from, boolean urgent) {
        if (!breaker.tryAcquirePermission()) {
            return 0;
        }
        Journal journal = journals.of(from);
        List<RecordId> claimed;
        long mark = pending.mark();
        try {
            claimed = journal.claim(new Claim(atOnce * settings.threads(), settings.lease(), urgent));
            ranges.take(from, claimed.stream().filter(RecordId::isRange).toList(), mark);
        } catch (RuntimeException authorityFailed) {
            // Says nothing about the copy, which is all that the breaker is about.
            breaker.releasePermission();
            throw authorityFailed;
        }
        // In the order of the claim, the oldest first: a set without an order has another one in every process.
        Set<RecordId> records = new LinkedHashSet<>(claimed);
        records.removeIf(RecordId::isRange);
        if (records.isEmpty()) {
            breaker.releasePermission();
        } else {
            Round round = new Round(from, mark, successesBefore);
            successesBefore = successes.get();
            share(round, records);
        }
        return records.size() + ranges.advance(from, urgent, pending);
    }

    /** Parts the records among so many threads as they are worth, and waits for all. Needs the breaker's permission. */
    private void share(Round round, Set<RecordId> records) {
        int lanes = Math.min(settings.threads(), 1 + records.size() / WORTH_A_LANE);
        Map<Integer, Set<RecordId>> parts = new TreeMap<>();
        records.forEach(record -> parts.computeIfAbsent(
                        lanes == 1 ? 0 : transfer.lane(record, lanes), lane -> new LinkedHashSet<>())
                .add(record));
        List<Runnable> works = new ArrayList<>();
        for (Set<RecordId> part : parts.values()) {
            boolean permitted = works.isEmpty();
            works.add(() -> {
                if (permitted || breaker.tryAcquirePermission()) {
                    work(round, part);
                } else {
                    journals.of(round.from).postpone(part, Postponement.release());
                }
            });
        }
        Lanes.run(works);
    }

    private void work(Round round, Set<RecordId> records) {
        List<Handed.Group> groups = handed.take(records);
        inContext(round, groups.get(0));
        for (Handed.Group further : groups.subList(1, groups.size())) {
            if (!Thread.currentThread().isInterrupted() && breaker.tryAcquirePermission()) {
                inContext(round, further);
            } else {
                journals.of(round.from).postpone(further.records(), Postponement.release());
            }
        }
    }

    private void inContext(Round round, Handed.Group group) {
        contexts.run(group.context(), () -> attempt(round, group.records()));
    }

    /** What the attempts of one claim have in common; {@code successesBefore} is as of the beginning of the claim before. */
    private record Round(Side from, long mark, long successesBefore) {}

    /** Needs the breaker's permission, and gives it back one way or the other. */
    private void attempt(Round round, Set<RecordId> records) {
        long begun = pace.nanos();
        try {
            transfer.transfer(round.from, records);
        } catch (NotACopyException moved) {
            breaker.releasePermission();
            journals.of(round.from).postpone(records, Postponement.release());
            board.refresh();
            return;
        } catch (Throwable failure) {
            failed(round, records, failure, pace.nanos() - begun);
            return;
        }
        long took = pace.nanos() - begun;
        breaker.onSuccess(took, TimeUnit.NANOSECONDS);
        successes.incrementAndGet();
        atOnce = Math.min(settings.batch(), 2 * atOnce);
        pending.arrived(records, round.mark);
        listener.on(new Transferred(round.from, records.size(), Duration.ofNanos(took)));
    }

    private void failed(Round round, Set<RecordId> records, Throwable failure, long took) {
        listener.on(new TransferFailed(round.from, records.size(), Fault.of(failure)));
        Journal journal = journals.of(round.from);
        if (failure instanceof InterruptedException || failure instanceof JournalException) {
            // Says nothing about the copy nor about these records.
            breaker.releasePermission();
            try {
                journal.postpone(records, Postponement.waitFor(settings.firstDelay()));
            } finally {
                if (failure instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
            }
            return;
        }
        switch (Failures.of(failure)) {
            case CONTENTION -> {
                breaker.releasePermission();
                claimFewerThan(records.size());
                journal.postpone(records, Postponement.waitFor(settings.firstDelay()));
            }
            case OUTAGE -> {
                breaker.onError(took, TimeUnit.NANOSECONDS, failure);
                claimFewerThan(records.size());
                journal.postpone(records, Postponement.waitFor(OUTAGE_REST));
            }
            case REJECTED -> {
                // The store is alive; it is this value that it does not take.
                breaker.onSuccess(took, TimeUnit.NANOSECONDS);
                isolate(round, records, failure, true);
            }
            case GIVEN_UP -> {
                breaker.onSuccess(took, TimeUnit.NANOSECONDS);
                if (records.size() == 1) {
                    journal.postpone(records, Postponement.quarantine());
                } else {
                    isolate(round, records, failure, true);
                }
            }
            case UNKNOWN -> {
                boolean othersGotThrough = successes.get() > round.successesBefore;
                if (records.size() > 1 || othersGotThrough) {
                    // A batch is tried one by one, and each of those tells more; a single record among others that got
                    // through is its own fault. Counted here, one bad record in a quiet hour would open the breaker.
                    breaker.releasePermission();
                } else {
                    breaker.onError(took, TimeUnit.NANOSECONDS, failure);
                }
                isolate(round, records, failure, othersGotThrough);
            }
        }
    }

    /** One record that somebody has locked on the copy must not hold up for good those that happen to be claimed with it. */
    private void claimFewerThan(int failed) {
        atOnce = Math.max(1, failed / 2);
    }

    private void isolate(Round round, Set<RecordId> records, Throwable failure, boolean counts) {
        if (records.size() == 1) {
            putOff(round.from, records.iterator().next(), failure, counts);
            return;
        }
        for (RecordId record : records) {
            if (!Thread.currentThread().isInterrupted() && breaker.tryAcquirePermission()) {
                attempt(round, Set.of(record));
            } else {
                journals.of(round.from).postpone(Set.of(record), Postponement.release());
            }
        }
    }

    private void putOff(Side from, RecordId record, Throwable failure, boolean counts) {
        Journal journal = journals.of(from);
        Set<RecordId> one = Set.of(record);
        if (!counts) {
            journal.postpone(one, Postponement.waitFor(OUTAGE_REST));
            return;
        }
        int attempts =
                1 + journal.seen(one).stream().mapToInt(Intent::attempts).max().orElse(0);
        if (attempts < settings.maxAttempts()) {
            journal.postpone(one, Postponement.retryAfter(Duration.ofMillis(backoff.apply(attempts))));
        } else {
            journal.postpone(one, Postponement.quarantine());
            listener.on(new Quarantined(record, attempts, Fault.of(failure)));
        }
    }

    /**
     * Asks the journal about records that are pending here: another node's relay may have brought them over. Cheap when
     * nothing is pending.
     */
    public void reconcilePending() {
        List<RecordId> some = pending.some(500);
        long mark = pending.mark();
        if (some.isEmpty() && !pending.isOverflowed()) {
            return;
        }
        Journal journal = journals.of(board.view().leader());
        if (journal.backlog().isEmpty()) {
            pending.allArrived(mark);
        } else {
            Set<RecordId> gone = new HashSet<>(some);
            journal.seen(some).forEach(intent -> gone.remove(intent.record()));
            pending.arrived(gone, mark);
        }
    }
}
