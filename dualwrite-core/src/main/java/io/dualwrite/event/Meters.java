package io.dualwrite.event;

import io.dualwrite.event.MigrationEvent.BacklogMeasured;
import io.dualwrite.event.MigrationEvent.BreakerMoved;
import io.dualwrite.event.MigrationEvent.CallMissed;
import io.dualwrite.event.MigrationEvent.FellBack;
import io.dualwrite.event.MigrationEvent.FlagFailed;
import io.dualwrite.event.MigrationEvent.MismatchConfirmed;
import io.dualwrite.event.MigrationEvent.Quarantined;
import io.dualwrite.event.MigrationEvent.Repaired;
import io.dualwrite.event.MigrationEvent.RoundVerified;
import io.dualwrite.event.MigrationEvent.ShadowCompared;
import io.dualwrite.event.MigrationEvent.ShadowFailed;
import io.dualwrite.event.MigrationEvent.ShadowShed;
import io.dualwrite.event.MigrationEvent.TransferFailed;
import io.dualwrite.event.MigrationEvent.Transferred;
import io.dualwrite.event.MigrationEvent.VerificationMeasured;
import io.dualwrite.event.MigrationEvent.WaitedOut;
import io.dualwrite.stage.Stage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Counts events with Micrometer. All names and tags are here; every meter has the tag {@value #MIGRATION} and none has a
 * tag with more than a handful of values. Thread-safe. {@link #close()} removes the meters from their registry.
 */
public final class Meters implements MigrationListener, AutoCloseable {
    /** Tag: the migration's name. */
    public static final String MIGRATION = "migration";
    /** Timer: transfers and how long they took. */
    public static final String TRANSFERS = "dualwrite.transfers";
    /** Counter: records that transfers brought over. */
    public static final String TRANSFERRED = "dualwrite.transferred.records";
    /** Counter: transfers that failed; each is tried again. */
    public static final String TRANSFER_FAILURES = "dualwrite.transfer.failures";
    /** Gauge: intents open, without those quarantined. */
    public static final String BACKLOG = "dualwrite.backlog";
    /** Gauge: age of the oldest intent in seconds. */
    public static final String BACKLOG_OLDEST = "dualwrite.backlog.oldest";
    /** Gauge: intents in quarantine. */
    public static final String QUARANTINED = "dualwrite.quarantined";
    /** Counter: records put in quarantine by this node. */
    public static final String QUARANTINES = "dualwrite.quarantines";
    /** Counter: records that missed a call for good, in a migration that replays calls. */
    public static final String MISSED = "dualwrite.calls.missed";
    /** Gauge: position of the stage, 0 for OFF to 7 for COMPLETE. */
    public static final String STAGE = "dualwrite.stage";
    /** Counter: shadow reads compared, with the tag {@code equal} true or false. */
    public static final String SHADOW_COMPARED = "dualwrite.shadow.compared";
    /** Counter: shadow reads not done because the bound was reached. */
    public static final String SHADOW_SHED = "dualwrite.shadow.shed";
    /** Counter: shadow reads that failed on the copy. */
    public static final String SHADOW_FAILURES = "dualwrite.shadow.failures";
    /** Counter: records found really different. */
    public static final String MISMATCHES = "dualwrite.mismatch.confirmed";
    /** Counter: records repaired. */
    public static final String REPAIRED = "dualwrite.repaired";
    /** Counter: record types that continuous verification has read to their end here, with the tag {@code clean}. */
    public static final String ROUNDS = "dualwrite.verification.rounds";
    /** Counter: records compared in these. */
    public static final String ROUND_RECORDS = "dualwrite.verification.records";
    /** Counter: records found really different in these. */
    public static final String ROUND_DIFFERENCES = "dualwrite.verification.differences";
    /** Gauge: seconds since a round of continuous verification was last seen to end. */
    public static final String VERIFICATION_LAG = "dualwrite.verification.lag";
    /** Counter: reads that the other side answered because of an error. */
    public static final String FALLBACKS = "dualwrite.fallbacks";
    /** Counter: writes whose caller waited its whole budget for the copy. */
    public static final String WAITS_EXPIRED = "dualwrite.waits.expired";
    /** Counter: failures of the stage flag, once per kind until it recovers. */
    public static final String FLAG_FAILURES = "dualwrite.flag.failures";
    /** Gauge: the breaker around the copy, 0 closed, 1 half open, 2 open. */
    public static final String BREAKER = "dualwrite.breaker";

    private final MeterRegistry registry;
    private final Tags tags;
    private final List<Meter> registered = new ArrayList<>();
    private final Timer transfers;
    private final Counter transferred;
    private final Counter transferFailures;
    private final Counter quarantines;
    private final Counter missed;
    private final Counter comparedEqual;
    private final Counter comparedDifferent;
    private final Counter shed;
    private final Counter shadowFailures;
    private final Counter mismatches;
    private final Counter repaired;
    private final Counter roundsClean;
    private final Counter roundsUnclean;
    private final Counter roundRecords;
    private final Counter roundDifferences;
    private final Counter fallbacks;
    private final Counter waitsExpired;
    private final Counter flagFailures;
    private volatile BacklogMeasured backlog = new BacklogMeasured(0, 0, Duration.ZERO);
    private volatile Duration verificationLag = Duration.ZERO;
    private volatile int breaker;

    /** Registers the meters; {@code stage} is asked whenever the gauge is read and must not block. */
    public Meters(MeterRegistry registry, String migration, Supplier<Stage> stage) {
        this.registry = registry;
        this.tags = Tags.of(MIGRATION, migration);
        transfers = kept(Timer.builder(TRANSFERS).tags(tags).register(registry));
        transferred = counter(TRANSFERRED, Tags.empty());
        transferFailures = counter(TRANSFER_FAILURES, Tags.empty());
        quarantines = counter(QUARANTINES, Tags.empty());
        missed = counter(MISSED, Tags.empty());
        comparedEqual = counter(SHADOW_COMPARED, Tags.of("equal", "true"));
        comparedDifferent = counter(SHADOW_COMPARED, Tags.of("equal", "false"));
        shed = counter(SHADOW_SHED, Tags.empty());
        shadowFailures = counter(SHADOW_FAILURES, Tags.empty());
        mismatches = counter(MISMATCHES, Tags.empty());
        repaired = counter(REPAIRED, Tags.empty());
        roundsClean = counter(ROUNDS, Tags.of("clean", "true"));
        roundsUnclean = counter(ROUNDS, Tags.of("clean", "false"));
        roundRecords = counter(ROUND_RECORDS, Tags.empty());
        roundDifferences = counter(ROUND_DIFFERENCES, Tags.empty());
        fallbacks = counter(FALLBACKS, Tags.empty());
        waitsExpired = counter(WAITS_EXPIRED, Tags.empty());
        flagFailures = counter(FLAG_FAILURES, Tags.empty());
        gauge(BACKLOG, () -> backlog.open());
        gauge(BACKLOG_OLDEST, () -> backlog.oldest().toMillis() / 1000.0);
        gauge(QUARANTINED, () -> backlog.quarantined());
        gauge(VERIFICATION_LAG, () -> verificationLag.toMillis() / 1000.0);
        gauge(STAGE, () -> stage.get().ordinal());
        gauge(BREAKER, () -> breaker);
    }

    @Override
    public void on(MigrationEvent event) {
        if (event instanceof Transferred done) {
            transfers.record(done.took());
            transferred.increment(done.records());
        } else if (event instanceof TransferFailed) {
            transferFailures.increment();
        } else if (event instanceof BacklogMeasured measured) {
            backlog = measured;
        } else if (event instanceof Quarantined) {
            quarantines.increment();
        } else if (event instanceof CallMissed) {
            missed.increment();
        } else if (event instanceof ShadowCompared compared) {
            (compared.equal() ? comparedEqual : comparedDifferent).increment();
        } else if (event instanceof ShadowShed) {
            shed.increment();
        } else if (event instanceof ShadowFailed) {
            shadowFailures.increment();
        } else if (event instanceof MismatchConfirmed) {
            mismatches.increment();
        } else if (event instanceof Repaired) {
            repaired.increment();
        } else if (event instanceof RoundVerified round) {
            (round.clean() ? roundsClean : roundsUnclean).increment();
            roundRecords.increment(round.records());
            roundDifferences.increment(round.differences());
        } else if (event instanceof VerificationMeasured measured) {
            verificationLag = measured.lag();
        } else if (event instanceof FellBack) {
            fallbacks.increment();
        } else if (event instanceof WaitedOut) {
            waitsExpired.increment();
        } else if (event instanceof FlagFailed) {
            flagFailures.increment();
        } else if (event instanceof BreakerMoved moved) {
            breaker = "OPEN".equals(moved.state()) ? 2 : "HALF_OPEN".equals(moved.state()) ? 1 : 0;
        }
    }

    /** Removes every meter of this migration from the registry. */
    @Override
    public void close() {
        registered.forEach(registry::remove);
    }

    private Counter counter(String name, Tags more) {
        return kept(Counter.builder(name).tags(tags.and(more)).register(registry));
    }

    private void gauge(String name, Supplier<Number> value) {
        kept(Gauge.builder(name, value).tags(tags).register(registry));
    }

    private <M extends Meter> M kept(M meter) {
        registered.add(meter);
        return meter;
    }
}
