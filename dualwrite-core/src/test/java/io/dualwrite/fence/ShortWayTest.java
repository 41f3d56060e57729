package io.dualwrite.fence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Calls that pass at OFF, and the changes that have to wait for them. */
class ShortWayTest {
    private static final RecordId KEY = new RecordId("orders", "1");

    private final Pace pace = Pace.real();
    private final Sides<LocalFence> fences = Sides.each(side -> new LocalFence(
            side == Side.ORIGIN ? ControlRow.firstOrigin() : ControlRow.firstTarget(), Duration.ofMillis(50), pace));
    private final Sides<List<RecordId>> journals = Sides.each(side -> new CopyOnWriteArrayList<>());
    private final List<RecordId> committed = new CopyOnWriteArrayList<>();
    private final LocalTransactions transactions = transactions();
    private final ShortWay way = transactions.shortWay();

    private LocalTransactions transactions() {
        Board board = new Board(Sides.each(fences::of));
        board.refresh();
        return new LocalTransactions(
                fences,
                new LocalIntents(Sides.each(side -> journals.of(side)::addAll)),
                new FenceContext(board, committed::addAll, side -> {}, Duration.ofSeconds(10), pace));
    }

    @Test
    void aChangeWaitsForACallThatPassedAndSaysWhoIsInTheWay() {
        Passage passage = way.begin();
        assertThat(way.side(passage)).isEqualTo(Side.ORIGIN);
        assertThatThrownBy(() -> change(Side.ORIGIN, Stage.JOURNAL)).isInstanceOf(FenceBusyException.class);
        assertThat(fences.origin().holders().toString())
                .contains(Thread.currentThread().getName());
        assertThat(passage.isOvertaken()).isFalse();
        passage.end();
        change(Side.ORIGIN, Stage.JOURNAL);
        assertThat(fences.origin().holders()).isEmpty();
        assertThat(way.begin()).isNull();
    }

    @Test
    void callsPassAgainAfterAChangeGaveUp() {
        Passage outer = way.begin();
        assertThatThrownBy(() -> change(Side.ORIGIN, Stage.JOURNAL)).isInstanceOf(FenceBusyException.class);
        outer.end();
        Passage next = way.begin();
        assertThat(next).isNotNull();
        assertThat(next.isOvertaken()).isFalse();
        next.end();
    }

    @Test
    void aCallThatAChangeHasOverlookedLeavesItsIntentAtItsEnd() {
        Passage overlooked = way.begin();
        // As if its count had not been seen.
        overlooked.end();
        change(Side.ORIGIN, Stage.JOURNAL);
        assertThat(overlooked.isOvertaken()).isTrue();
        way.overtaken(overlooked, List.of(KEY));
        assertThat(journals.origin()).containsExactly(KEY);
        assertThat(committed).containsExactly(KEY);
    }

    @Test
    void aChangeThatWantsNoIntentsGetsNone() {
        Passage overlooked = way.begin();
        overlooked.end();
        change(Side.ORIGIN, Stage.OFF);
        assertThat(overlooked.isOvertaken()).isTrue();
        way.overtaken(overlooked, List.of(KEY));
        assertThat(journals.origin()).isEmpty();
        assertThat(committed).isEmpty();
    }

    @Test
    void aCallWithinACallPassesAlthoughAChangeWaits() throws Exception {
        Passage outer = way.begin();
        CompletableFuture<Void> changing = changeUntilMade();
        await().until(() -> fences.origin().gate().open() == null);
        Passage inner = way.begin();
        assertThat(inner).isNotNull();
        assertThat(transactions.<Side>write(Transaction::side)).isEqualTo(Side.ORIGIN);
        inner.end();
        assertThat(changing).isNotDone();
        outer.end();
        changing.join();
        assertThat(outer.isOvertaken()).isTrue();
    }

    @Test
    void whoIsInACallIsInATransactionOfItsSide() {
        assertThat(transactions.current()).isNull();
        Passage passage = way.begin();
        assertThat(transactions.current().side()).isEqualTo(Side.ORIGIN);
        passage.end();
        assertThat(transactions.current()).isNull();
    }

    @Test
    void aThreadWhosePlaceIsTakenGoesTheLongWay() throws Exception {
        Passage mine = way.begin();
        mine.end();
        AtomicReference<Object> seen = new AtomicReference<>();
        Twin twin = new Twin(Thread.currentThread().getId(), () -> {
            try {
                seen.set(way.begin() == null ? transactions.<Side>write(Transaction::side) : "passed");
            } catch (Exception failure) {
                seen.set(failure);
            }
        });
        twin.start();
        twin.join();
        assertThat(seen).hasValue(Side.ORIGIN);
    }

    @Test
    void theCallAndThePlaceOfAThreadThatDiedAreNobodys() throws Exception {
        Twin dies = new Twin(Thread.currentThread().getId(), way::begin);
        dies.start();
        dies.join();
        change(Side.ORIGIN, Stage.OFF);
        Passage mine = way.begin();
        assertThat(mine).isNotNull();
        mine.end();
    }

    @Test
    void afterTheLastStageCallsPassToTheTarget() {
        row(Side.ORIGIN, fences.origin().read().retired());
        row(Side.TARGET, fences.target().read().as(Role.AUTHORITY, 1).authority(Stage.COMPLETE));
        Passage passage = way.begin();
        assertThat(way.side(passage)).isEqualTo(Side.TARGET);
        passage.end();
        ControlRow resting = way.resting();
        assertThat(way.side(resting)).isEqualTo(Side.TARGET);
        assertThat(way.isResting(resting)).isTrue();
    }

    @Test
    void aReadKnowsThatTheRowHasChangedSince() {
        ControlRow resting = way.resting();
        assertThat(way.side(resting)).isEqualTo(Side.ORIGIN);
        change(Side.ORIGIN, Stage.JOURNAL);
        assertThat(way.isResting(resting)).isFalse();
        assertThat(way.resting()).isNull();
    }

    /** A thread with the number of another one, and so with its place. */
    private static final class Twin extends Thread {
        private final long number;

        Twin(long number, Runnable work) {
            super(work);
            this.number = number;
        }

        @Override
        public long getId() {
            return number;
        }
    }

    private CompletableFuture<Void> changeUntilMade() {
        return CompletableFuture.runAsync(() -> {
            while (true) {
                try {
                    change(Side.ORIGIN, Stage.JOURNAL);
                    return;
                } catch (FenceBusyException again) {
                    Thread.onSpinWait();
                }
            }
        });
    }

    private void change(Side side, Stage stage) {
        row(side, fences.of(side).read().authority(stage));
    }

    private void row(Side side, ControlRow next) {
        assertThat(fences.of(side).change(fences.of(side).read(), next)).isNotNull();
    }
}
