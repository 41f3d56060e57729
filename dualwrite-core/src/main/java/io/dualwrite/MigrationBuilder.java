package io.dualwrite;

import io.dualwrite.compare.Equivalence;
import io.dualwrite.compare.Equivalences;
import io.dualwrite.event.CallContext;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Pace;
import io.dualwrite.flag.StageSource;
import io.dualwrite.path.CopyCalls;
import io.dualwrite.path.FallbackPolicy;
import io.dualwrite.repair.BackfillSettings;
import io.dualwrite.repair.ContinuousSettings;
import io.dualwrite.repair.HandoverSettings;
import io.dualwrite.repair.RelaySettings;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.retry.Retry;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The settings every kind of migration has. Nothing is corrected silently: {@code build()} of the kinds throws a {@link
 * DeclarationException} with everything that is wrong at once. Not thread-safe.
 *
 * @param <B> the builder of the kind, returned by each method
 */
public abstract class MigrationBuilder<B extends MigrationBuilder<B>> {
    private final List<MigrationListener> listeners = new ArrayList<>();
    private @Nullable StageSource stage;
    private @Nullable String attestedBy;
    private @Nullable MeterRegistry meters;
    private Duration flagPoll = Duration.ofSeconds(1);
    private Duration waitForCopy = Duration.ZERO;
    private boolean copyRequired;
    private @Nullable CallContext context;
    private CopyCalls copyCalls = CopyCalls.defaults();
    private Duration staleness = Duration.ofSeconds(2);
    private Duration writersWait = Duration.ofSeconds(10);
    private double shadowSample = 1.0;
    private @Nullable BooleanSupplier shadowSampler;
    private Equivalence<Object> equivalence = Equivalences.fields();
    private FallbackPolicy fallback = FallbackPolicy.onErrors();
    private boolean wholeCopy;
    private RelaySettings relay = RelaySettings.defaults();
    private BackfillSettings backfill = BackfillSettings.defaults();
    private HandoverSettings handover = HandoverSettings.defaults();
    private @Nullable ContinuousSettings continuous;
    private Pace pace = Pace.real();

    /** This builder, as its own kind. */
    protected abstract B self();

    /**
     * Where the wish for a stage comes from; asked in the background, never on the call path. Without one only {@link
     * Migration#moveTo} moves the migration.
     */
    public B stage(StageSource source) {
        this.stage = Objects.requireNonNull(source, "source");
        return self();
    }

    /** How often the flag is asked; default 1 s, at least 1 ms. */
    public B flagPoll(Duration every) {
        this.flagPoll = duration(every, "flagPoll");
        return self();
    }

    /**
     * Who answers for it that every program that writes these records carries the library: old releases still running, jobs,
     * scripts. The first step, from OFF to JOURNAL, is refused without.
     */
    public B attestedBy(String who) {
        this.attestedBy = who;
        return self();
    }

    /** Adds a listener; see {@link MigrationListener} for its thread. */
    public B listener(MigrationListener listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
        return self();
    }

    /** Where meters are registered; none by default. */
    public B meters(MeterRegistry registry) {
        this.meters = Objects.requireNonNull(registry, "registry");
        return self();
    }

    /**
     * How long a write's caller waits, after the commit, for the copy to have followed; default zero. Freshness, not safety:
     * when the budget ends the call returns as ever and the relay goes on. A tenth of the budget, at most 5 ms, is kept back
     * for waking up, so that the caller has its answer within the budget.
     */
    public B waitForCopy(Duration budget) {
        this.waitForCopy = duration(budget, "waitForCopy");
        this.copyRequired = false;
        return self();
    }

    /**
     * As {@link #waitForCopy}, and when the budget ends the caller gets a {@link io.dualwrite.fence.CopyBehindException}. The
     * write is committed and journalled by then: the exception says that the copy is late, never that the write failed, and
     * repeating the write is wrong. Stages at which no copy follows wait for nothing.
     */
    public B requireCopyWithin(Duration budget) {
        this.waitForCopy = duration(budget, "requireCopyWithin");
        this.copyRequired = true;
        return self();
    }

    /**
     * What belongs to callers and is to be seen on the threads that work for them, such as traces and the MDC; nothing by
     * default. Records of different callers are transferred apart, in smaller batches, so that each transfer has one context.
     */
    public B callContext(CallContext carried) {
        this.context = Objects.requireNonNull(carried, "carried");
        return self();
    }

    /** How long one call to the copy may take before it is given up; default 5 s. */
    public B copyDeadline(Duration atMost) {
        this.copyCalls = copyCalls.withDeadline(duration(atMost, "copyDeadline"));
        return self();
    }

    /** A breaker of your own around the copy, for the relay and for reads; by default one that opens at half failures. */
    public B copyBreaker(CircuitBreaker own) {
        this.copyCalls = copyCalls.withBreaker(Objects.requireNonNull(own, "copyBreaker"));
        return self();
    }

    /** How reads of the copy are tried again, in the place of the default, which is once more after 20 ms. */
    public B copyRetry(Retry own) {
        this.copyCalls = copyCalls.withRetry(Objects.requireNonNull(own, "copyRetry"));
        return self();
    }

    /**
     * Where reads of the copy run, at most 8 at once, instead of on daemon threads of the library's; with plain stores and
     * with replays also what is written there, 8 more at once. For example virtual threads, {@code
     * Executors.newVirtualThreadPerTaskExecutor()}. It must not run them on the thread that hands them over, and is not shut
     * down here.
     */
    public B copyExecutor(Executor own) {
        this.copyCalls = copyCalls.withExecutor(Objects.requireNonNull(own, "copyExecutor"));
        return self();
    }

    /**
     * How far behind the copy may be, by the age of the fleet's oldest intent, to answer ramped reads; default 2 s, at least
     * 1 s, since the age is measured twice a second.
     */
    public B staleness(Duration bound) {
        this.staleness = duration(bound, "staleness");
        return self();
    }

    /** How long a write waits for a handover to end; default 10 s; more than the handover's budget. */
    public B writersWait(Duration atMost) {
        this.writersWait = duration(atMost, "writersWait");
        return self();
    }

    /** The share of reads, 0.0 to 1.0, that are repeated on the copy and compared in stages that compare; default 1.0. */
    public B shadowSample(double share) {
        this.shadowSample = share;
        this.shadowSampler = null;
        return self();
    }

    /**
     * In the place of {@link #shadowSample}: whether the next read is compared. Asked on callers' threads after the answer is
     * known, so be quick; whatever it throws becomes an event.
     */
    public B shadowSampler(BooleanSupplier sampler) {
        this.shadowSampler = Objects.requireNonNull(sampler, "sampler");
        return self();
    }

    /** How two answers of a shadow read are compared; field by field by default. */
    public B comparing(Equivalence<Object> how) {
        this.equivalence = Objects.requireNonNull(how, "how");
        return self();
    }

    /** Whether a by-key read that fails on the authority may be answered by a fresh copy; default true. */
    public B fallback(boolean allowed) {
        return fallback(allowed ? FallbackPolicy.onErrors() : FallbackPolicy.never());
    }

    /** After which errors of the authority a fresh copy may answer a by-key read; default {@link FallbackPolicy#onErrors}. */
    public B fallback(FallbackPolicy covered) {
        this.fallback = Objects.requireNonNull(covered, "covered");
        return self();
    }

    /**
     * Whether you answer for it that the copy has every record, because it was filled by other means than {@link
     * Migration#backfill}; default false. Until a backfill has ended, or this is said, the copy answers no reads in the
     * authority's place, and what shadow reads find is reported and not repaired.
     */
    public B wholeCopy(boolean answered) {
        this.wholeCopy = answered;
        return self();
    }

    /** How the relay works. */
    public B relay(RelaySettings settings) {
        this.relay = Objects.requireNonNull(settings, "settings");
        return self();
    }

    /** How the backfill works. */
    public B backfill(BackfillSettings settings) {
        this.backfill = Objects.requireNonNull(settings, "settings");
        return self();
    }

    /** The bounds of flip and rollback. */
    public B handover(HandoverSettings settings) {
        this.handover = Objects.requireNonNull(settings, "settings");
        return self();
    }

    /**
     * Verifies continuously, in the background, at no more than a given rate, once a backfill has ended (or {@link
     * #wholeCopy}) and for as long as a copy follows; off by default. A round without a difference is a clean pass. Needs
     * stores that list their keys.
     */
    public B verifyContinuously(ContinuousSettings settings) {
        this.continuous = Objects.requireNonNull(settings, "settings");
        return self();
    }

    /** How time is measured and waited for; the machine's own by default. For simulations. */
    public B pace(Pace seam) {
        this.pace = Objects.requireNonNull(seam, "seam");
        return self();
    }

    private static Duration duration(@Nullable Duration given, String setting) {
        return Objects.requireNonNull(given, () -> setting + " is a duration, not null; leave it out for the default");
    }

    /** Adds to {@code problems} everything that is wrong with these settings. */
    protected void check(List<String> problems) {
        if (attestedBy != null && attestedBy.isBlank()) {
            problems.add("attestedBy says who answers for it, not nobody");
        }
        if (shadowSample < 0 || shadowSample > 1 || Double.isNaN(shadowSample)) {
            problems.add("shadowSample is a share from 0.0 to 1.0, not " + shadowSample);
        }
        if (waitForCopy.isNegative()) {
            problems.add("waitForCopy is zero or more, not " + waitForCopy);
        }
        if (copyRequired && waitForCopy.isZero()) {
            problems.add("requireCopyWithin is more than zero: no copy has followed at once");
        }
        if (copyCalls.deadline().compareTo(Duration.ofMillis(1)) < 0) {
            problems.add("copyDeadline is 1 ms or more, not " + copyCalls.deadline());
        }
        if (flagPoll.compareTo(Duration.ofMillis(1)) < 0) {
            problems.add("flagPoll is 1 ms or more, not " + flagPoll);
        }
        if (staleness.compareTo(Duration.ofSeconds(1)) < 0) {
            problems.add("staleness is 1 s or more, not " + staleness);
        }
        if (writersWait.compareTo(handover.budget()) <= 0) {
            problems.add("writersWait (" + writersWait + ") must be more than the handover's budget ("
                    + handover.budget() + "), or a handover that ends in time fails writers");
        }
    }

    /** The settings as they stand. */
    protected MigrationSettings settings() {
        return new MigrationSettings(
                stage,
                attestedBy,
                listeners,
                meters,
                flagPoll,
                waitForCopy,
                copyRequired,
                context,
                copyCalls,
                staleness,
                writersWait,
                shadowSample,
                shadowSampler,
                equivalence,
                fallback,
                wholeCopy,
                relay,
                backfill,
                handover,
                continuous,
                pace);
    }
}
