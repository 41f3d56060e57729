package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.dualwrite.event.Fault;
import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What is good in a {@link MigrationListener}. It is called on the threads that do the work, callers' among them: the library
 * copes with one that throws, and waits for one that does not return.
 */
public abstract class MigrationListenerContract {
    private static final String KEY = "ada@example.org";
    private static final int TIMES = 20;

    /** The listener under test, always the same one within a test. */
    protected abstract MigrationListener listener();

    /** Everything that the listener has handed on since it was made, as text: log lines, names and tags of meters. */
    protected abstract String told();

    /** How long some hundred events may take, in which a listener does nothing that waits; default 30 s. */
    protected Duration patience() {
        return Duration.ofSeconds(30);
    }

    @Test
    protected void everyKindOfEventIsTakenWithoutAnException() {
        for (MigrationEvent event : everyKind()) {
            assertThatCode(() -> listener().on(event)).as(event.toString()).doesNotThrowAnyException();
        }
    }

    @Test
    protected void severalThreadsMayTellAtOnce() throws Exception {
        for (MigrationEvent event : everyKind()) {
            assertThat(Crowd.results(() -> {
                        listener().on(event);
                        return true;
                    }))
                    .containsOnly(true);
        }
    }

    @Test
    protected void theThreadThatTellsIsNotKept() {
        List<MigrationEvent> events = everyKind();
        assertTimeoutPreemptively(patience(), () -> {
            for (int times = 0; times < TIMES; times++) {
                events.forEach(listener()::on);
            }
        });
    }

    @Test
    protected void anInterruptOfTheThreadThatTellsIsNotLost() {
        for (MigrationEvent event : everyKind()) {
            Thread.currentThread().interrupt();
            listener().on(event);
            assertThat(Thread.interrupted()).as(event.toString()).isTrue();
        }
    }

    @Test
    protected void noKeyIsHandedOn() {
        everyKind().forEach(listener()::on);
        assertThat(told()).doesNotContain(KEY);
    }

    /** One event of every kind. */
    protected static List<MigrationEvent> everyKind() {
        RecordId record = new RecordId("order", KEY);
        Fault fault = Fault.of(new IllegalStateException("no data in here"));
        return List.of(
                new MigrationEvent.StageMoved(Stage.OFF, Stage.JOURNAL),
                new MigrationEvent.StageHeld(Stage.SHADOW, Stage.LIVE, List.of("a reason")),
                new MigrationEvent.HandoverStep(Side.ORIGIN, "closed", 1),
                new MigrationEvent.HandoverMeasured(
                        Side.ORIGIN, true, Duration.ofMillis(50), Map.of("closed", Duration.ofMillis(20))),
                new MigrationEvent.HandoverStuck(Side.TARGET, 2, fault),
                new MigrationEvent.AuthorityForced(Side.TARGET, 3, "the operator"),
                new MigrationEvent.ServerChanged(Side.TARGET, "another server"),
                new MigrationEvent.FlagFailed(fault),
                new MigrationEvent.Transferred(Side.ORIGIN, 3, Duration.ofMillis(5)),
                new MigrationEvent.TransferFailed(Side.ORIGIN, 3, fault),
                new MigrationEvent.Quarantined(record, 10, fault),
                new MigrationEvent.CallMissed(record, "Orders.save", "the queue of the record was full"),
                new MigrationEvent.BreakerMoved("OPEN"),
                new MigrationEvent.BacklogMeasured(1, 0, Duration.ofSeconds(1)),
                new MigrationEvent.WaitedOut(Duration.ofMillis(100)),
                new MigrationEvent.FellBack(Side.TARGET, fault),
                new MigrationEvent.ShadowShed(),
                new MigrationEvent.ShadowFailed(fault),
                new MigrationEvent.ShadowCompared("find", true, List.of()),
                new MigrationEvent.MismatchConfirmed(record, "DIFFERENT", List.of("name")),
                new MigrationEvent.Repaired(record),
                new MigrationEvent.RoundVerified("order", 100, 1, false, Duration.ofSeconds(9)),
                new MigrationEvent.VerificationMeasured(Duration.ofSeconds(9)),
                new MigrationEvent.Progress("backfill", "order", 1, -1, Duration.ofSeconds(1)),
                new MigrationEvent.Braked("backfill", List.of("a reason"), Duration.ofSeconds(1)),
                new MigrationEvent.Finished("backfill", 1, Duration.ofSeconds(1)));
    }
}
