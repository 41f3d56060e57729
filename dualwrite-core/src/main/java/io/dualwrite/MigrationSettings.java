package io.dualwrite;

import io.dualwrite.compare.Equivalence;
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
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How a migration behaves, as its builder was told; see there for units and defaults.
 *
 * @param stage the wish, or null when only calls move the migration
 * @param attestedBy who answers for every writer carrying the library, or null
 * @param copyRequired whether a writer whose wait for the copy ends in vain is told so by an exception
 * @param context what belongs to callers and is taken along to other threads, or null
 * @param continuous how continuous verification works, or null when it is off
 * @param shadowSampler decides read by read in the place of {@code shadowSample}, or null
 */
public record MigrationSettings(
        @Nullable StageSource stage,
        @Nullable String attestedBy,
        List<MigrationListener> listeners,
        @Nullable MeterRegistry meters,
        Duration flagPoll,
        Duration waitForCopy,
        boolean copyRequired,
        @Nullable CallContext context,
        CopyCalls copyCalls,
        Duration staleness,
        Duration writersWait,
        double shadowSample,
        @Nullable BooleanSupplier shadowSampler,
        Equivalence<Object> equivalence,
        FallbackPolicy fallback,
        boolean wholeCopy,
        RelaySettings relay,
        BackfillSettings backfill,
        HandoverSettings handover,
        @Nullable ContinuousSettings continuous,
        Pace pace) {
    public MigrationSettings {
        listeners = List.copyOf(listeners);
    }

    /** Whether to compare the next read; asked on callers' threads. */
    BooleanSupplier sampler() {
        double share = shadowSample;
        return shadowSampler != null
                ? shadowSampler
                : () -> share >= 1 || ThreadLocalRandom.current().nextDouble() < share;
    }
}
