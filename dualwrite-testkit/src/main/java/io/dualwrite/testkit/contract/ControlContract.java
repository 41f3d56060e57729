package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.fence.Control;
import io.dualwrite.fence.FenceBusyException;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the library relies on in a {@link Control}. Each test wants a new origin's row. */
public abstract class ControlContract {
    /** The control under test, always the same one within a test. */
    protected abstract Control control();

    /** Holds the row shared, as an authoritative write does, until closed. The row must say AUTHORITY. */
    protected abstract AutoCloseable holdShared() throws Exception;

    /** Moves the store's clock on. */
    protected abstract void elapse(Duration time) throws Exception;

    @Test
    protected void aNewOriginHasTheAuthorityAtOff() {
        assertThat(control().read()).isEqualTo(ControlRow.firstOrigin());
    }

    @Test
    protected void aChangeReplacesTheRowAndCountsItsVersionUp() {
        ControlRow row = control().read();
        ControlRow changed = control().change(row, row.authority(Stage.JOURNAL).inGeneration(1));
        assertThat(changed)
                .isEqualTo(new ControlRow(Role.AUTHORITY, Stage.JOURNAL, 0, row.version() + 1, true, 1, null));
        assertThat(control().read()).isEqualTo(changed);
    }

    @Test
    protected void aChangeOfARowThatWasChangedMeanwhileDoesNothing() {
        ControlRow stale = control().read();
        ControlRow now = control().change(stale, stale.authority(Stage.JOURNAL));
        assertThat(control().change(stale, stale.as(Role.CEDED, 7))).isNull();
        assertThat(control().read()).isEqualTo(now);
    }

    @Test
    protected void aChangeBackAndForthIsStillAChange() {
        ControlRow stale = control().read();
        ControlRow there = changed(stale, stale.authority(Stage.JOURNAL));
        ControlRow back = changed(there, there.authority(Stage.OFF));
        assertThat(back.version()).isEqualTo(stale.version() + 2);
        assertThat(control().change(stale, stale.as(Role.COPY, 0))).isNull();
    }

    @Test
    protected void anotherRoleOrHandoverThanExpectedIsNotAsExpected() {
        ControlRow row = control().read();
        assertThat(control().change(row.as(Role.COPY, row.handover()), row)).isNull();
        assertThat(control().change(row.as(row.role(), row.handover() + 1), row))
                .isNull();
        assertThat(control().read()).isEqualTo(row);
    }

    @Test
    protected void aDeadlineRunsByTheStoresClock() throws Exception {
        ControlRow row = control().read();
        ControlRow closed = changed(row, row.closedFor(Duration.ofMinutes(5)));
        assertThat(closed.remaining()).isBetween(Duration.ofMinutes(4), Duration.ofMinutes(5));
        assertThat(closed.isExpired()).isFalse();
        elapse(Duration.ofMinutes(6));
        assertThat(control().read().isExpired()).isTrue();
    }

    @Test
    protected void anOpenedRowHasNoDeadlineAnyMore() throws Exception {
        ControlRow row = control().read();
        ControlRow closed = changed(row, row.closedFor(Duration.ofMinutes(5)));
        ControlRow open = changed(closed, closed.authority(closed.stage()));
        elapse(Duration.ofMinutes(6));
        assertThat(open.remaining()).isNull();
        assertThat(control().read()).isEqualTo(open);
    }

    @Test
    protected void aChangeIsRefusedWhileATransactionHoldsTheRowAndPossibleOnceItEnds() throws Exception {
        ControlRow row = control().read();
        try (AutoCloseable holder = holdShared()) {
            assertThat(holder).isNotNull();
            assertThatThrownBy(() -> control().change(row, row.closedFor(Duration.ofMinutes(5))))
                    .isInstanceOf(FenceBusyException.class);
            assertThat(control().read()).isEqualTo(row);
        }
        assertThat(control().change(row, row.closedFor(Duration.ofMinutes(5)))).isNotNull();
    }

    @Test
    protected void aRowThatIsAnotherSinceIsWaitedForByNobodyWhoeverHoldsIt() throws Exception {
        ControlRow stale = control().read();
        ControlRow now = changed(stale, stale.authority(Stage.JOURNAL));
        try (AutoCloseable holder = holdShared()) {
            assertThat(holder).isNotNull();
            assertThat(control().change(stale, stale.as(Role.CEDED, 7))).isNull();
        }
        assertThat(control().read()).isEqualTo(now);
    }

    @Test
    protected void severalTransactionsHoldTheRowAtOnceAndTheLastOneCounts() throws Exception {
        ControlRow row = control().read();
        AutoCloseable first = holdShared();
        AutoCloseable second = holdShared();
        first.close();
        assertThatThrownBy(() -> control().change(row, row.closedFor(Duration.ofMinutes(5))))
                .isInstanceOf(FenceBusyException.class);
        second.close();
        assertThat(control().change(row, row.closedFor(Duration.ofMinutes(5)))).isNotNull();
    }

    @Test
    protected void everyRoleAndStageIsKept() {
        ControlRow row = control().read();
        for (Stage stage : Stage.values()) {
            for (Role role : Role.values()) {
                ControlRow next = new ControlRow(
                        role,
                        stage,
                        row.handover() + 1,
                        row.version(),
                        stage.write().journalled(),
                        3,
                        null);
                row = changed(row, next);
                assertThat(row.role()).isEqualTo(role);
                assertThat(row.stage()).isEqualTo(stage);
                assertThat(row.journalled()).isEqualTo(stage.write().journalled());
                assertThat(row.generation()).isEqualTo(3);
            }
        }
    }

    private ControlRow changed(ControlRow expected, ControlRow next) {
        @Nullable ControlRow now = control().change(expected, next);
        if (now == null) {
            throw new AssertionError("The row was not as expected: " + expected);
        }
        return now;
    }
}
