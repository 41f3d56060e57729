package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.dualwrite.event.Fault;
import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is good in a {@link MigrationListener}: the library copes with one that throws, but nobody profits from it. */
public abstract class MigrationListenerContract {
    /** The listener under test. */
    protected abstract MigrationListener listener();

    @Test
    protected void everyKindOfEventIsTakenWithoutAnException() {
        for (MigrationEvent event : everyKind()) {
            assertThatCode(() -> listener().on(event)).as(event.toString()).doesNotThrowAnyException();
        }
    }

    /** One event of every kind. */
    protected static List<MigrationEvent> everyKind() {
        RecordId record = new RecordId("order", "1");
        Fault fault = Fault.of(new IllegalStateException("no data in here"));
        return List.of(
                new MigrationEvent.StageMoved(Stage.OFF, Stage.JOURNAL),
                new MigrationEvent.StageHeld(Stage.SHADOW, Stage.LIVE, List.of("a reason")),
                new MigrationEvent.HandoverStep(Side.ORIGIN, "closed", 1),
                new MigrationEvent.FlagFailed(fault),
                new MigrationEvent.Transferred(Side.ORIGIN, 3, Duration.ofMillis(5)),
                new MigrationEvent.TransferFailed(Side.ORIGIN, 3, fault),
                new MigrationEvent.Quarantined(record, 10, fault),
                new MigrationEvent.BreakerMoved("OPEN"),
                new MigrationEvent.BacklogMeasured(1, 0, Duration.ofSeconds(1)),
                new MigrationEvent.WaitedOut(Duration.ofMillis(100)),
                new MigrationEvent.FellBack(Side.TARGET, fault),
                new MigrationEvent.ShadowShed(),
                new MigrationEvent.ShadowFailed(fault),
                new MigrationEvent.ShadowCompared("find", true, List.of()),
                new MigrationEvent.MismatchConfirmed(record, "DIFFERENT", List.of("name")),
                new MigrationEvent.Repaired(record),
                new MigrationEvent.Progress("backfill", "order", 1, -1, Duration.ofSeconds(1)),
                new MigrationEvent.Finished("backfill", 1, Duration.ofSeconds(1)));
    }
}
