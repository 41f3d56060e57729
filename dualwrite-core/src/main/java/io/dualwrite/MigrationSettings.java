package io.dualwrite;

import io.dualwrite.compare.Equivalence;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Pace;
import io.dualwrite.flag.StageSource;
import io.dualwrite.path.CopyCalls;
import io.dualwrite.repair.BackfillSettings;
import io.dualwrite.repair.HandoverSettings;
import io.dualwrite.repair.RelaySettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a migration behaves, as its builder was told; see there for units and defaults.
 *
 * @param stage the wish, or null when only calls move the migration
 * @param attestedBy who answers for every writer carrying the library, or null
 */
public record MigrationSettings(
        @Nullable StageSource stage,
        @Nullable String attestedBy,
        List<MigrationListener> listeners,
        @Nullable MeterRegistry meters,
        Duration flagPoll,
        Duration waitForCopy,
        CopyCalls copyCalls,
        Duration staleness,
        Duration writersWait,
        double shadowSample,
        Equivalence<Object> equivalence,
        boolean fallback,
        boolean wholeCopy,
        RelaySettings relay,
        BackfillSettings backfill,
        HandoverSettings handover,
        Pace pace) {
    public MigrationSettings {
        listeners = List.copyOf(listeners);
    }
}
