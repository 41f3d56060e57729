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
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocalTransactionsTest {
    private static final RecordId KEY = new RecordId("orders", "1");
    private static final ControlRow AUTHORITY = ControlRow.firstOrigin().authority(Stage.SHADOW);

    private final Pace pace = Pace.real();
    private final Sides<LocalFence> fences = Sides.each(side ->
            new LocalFence(side == Side.ORIGIN ? AUTHORITY : ControlRow.firstTarget(), Duration.ofMillis(50), pace));
    private final Sides<List<RecordId>> journals = Sides.each(side -> new CopyOnWriteArrayList<>());
    private final LocalIntents intents = new LocalIntents(Sides.each(side -> journals.of(side)::addAll));
    private final List<RecordId> committed = new CopyOnWriteArrayList<>();
    private final List<Side> expired = new CopyOnWriteArrayList<>();
    private final CountDownLatch go = new CountDownLatch(1);
    private final LocalTransactions transactions = transactions(Duration.ofSeconds(10));

    private LocalTransactions transactions(Duration writersWait) {
        Board board = new Board(Sides.each(fences::of));
        board.refresh();
        return new LocalTransactions(
                fences, intents, new FenceContext(board, committed::addAll, expired::add, writersWait, pace));
    }

    @AfterEach
    void letGo() {
        go.countDown();
        Thread.interrupted();
    }

    @Test
    void anIntentIsKeptBackUntilItsWriteHasEnded() throws Exception {
        transactions.write(open -> {
            open.changed(KEY);
            assertThat(journals.origin()).isEmpty();
            assertThat(intents.isBeingWritten(KEY)).isTrue();
            return open.side();
        });
        assertThat(journals.origin()).containsExactly(KEY);
        assertThat(intents.isBeingWritten(KEY)).isFalse();
        assertThat(committed).containsExactly(KEY);
        assertThat(transactions.current()).isNull();
    }

    @Test
    void aFailedWriteLeavesItsIntentSinceItMayHaveBeenMade() {
        IOException failure = new IOException("timed out");
        assertThatThrownBy(() -> transactions.write(open -> {
                    open.changed(KEY);
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(journals.origin()).containsExactly(KEY);
        assertThat(transactions.current()).isNull();
    }

    @Test
    void aNestedWriteJoins() throws Exception {
        transactions.write(outer -> transactions.write(inner -> {
            assertThat(inner).isSameAs(outer).isSameAs(transactions.current());
            return null;
        }));
    }

    @Test
    void noIntentIsLeftWhereTheRowDoesNotJournal() throws Exception {
        change(Side.ORIGIN, fences.origin().read().authority(Stage.OFF));
        transactions.write(open -> {
            open.changed(KEY);
            return null;
        });
        assertThat(journals.origin()).isEmpty();
        assertThat(committed).isEmpty();
    }

    @Test
    void aChangeWaitsForWritesInFlightAndGivesWayAfterItsLockTimeout() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> write(inside));
        inside.await();
        ControlRow before = fences.origin().read();
        assertThatThrownBy(() -> fences.origin().change(before, before.closedFor(Duration.ofSeconds(1))))
                .isInstanceOf(FenceBusyException.class);
        assertThat(fences.origin().read()).isEqualTo(before);
        go.countDown();
        writer.join();
        assertThat(fences.origin().change(before, before.closedFor(Duration.ofSeconds(1))))
                .isNotNull();
    }

    @Test
    void aChangeOfARowThatIsNotAsExpectedChangesNothing() {
        ControlRow before = fences.origin().read();
        change(Side.ORIGIN, before.authority(Stage.DUAL_WRITE));
        assertThat(fences.origin().change(before, before.retired())).isNull();
        assertThat(fences.origin().read().stage()).isEqualTo(Stage.DUAL_WRITE);
    }

    @Test
    void aWriteWaitsForAFlipAndGoesWhereTheAuthorityIs() {
        change(Side.ORIGIN, fences.origin().read().closedFor(Duration.ofSeconds(10)));
        go.countDown();
        CompletableFuture<Side> writer = CompletableFuture.supplyAsync(() -> write(new CountDownLatch(1)));
        await().until(() -> !expired.isEmpty());
        assertThat(writer).isNotDone();
        change(Side.ORIGIN, fences.origin().read().as(Role.CEDED, 1));
        change(Side.TARGET, fences.target().read().as(Role.AUTHORITY, 1).authority(Stage.LIVE));
        assertThat(writer.join()).isEqualTo(Side.TARGET);
        assertThat(journals.target()).containsExactly(KEY);
    }

    @Test
    void aWriteThatWaitsTooLongHasDoneNothing() {
        change(Side.ORIGIN, fences.origin().read().closedFor(Duration.ofSeconds(10)));
        assertThatThrownBy(() -> transactions(Duration.ofMillis(5)).write(open -> {
                    throw new AssertionError("was run");
                }))
                .isInstanceOf(StageMovedException.class);
    }

    @Test
    void anInterruptedThreadWritesAllTheSameAndStopsOnlyWaiting() throws Exception {
        Thread.currentThread().interrupt();
        assertThat(transactions.<Side>write(Transaction::side)).isEqualTo(Side.ORIGIN);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        Thread.interrupted();
        change(Side.ORIGIN, fences.origin().read().closedFor(Duration.ofSeconds(10)));
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> transactions.write(Transaction::side)).isInstanceOf(StageMovedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }

    @Test
    void aReadThatTheAuthorityMovedAwayFromIsRepeated() throws Exception {
        List<Side> asked = new ArrayList<>();
        Side answer = transactions.read(Side.ORIGIN, false, side -> {
            asked.add(side);
            if (asked.size() == 1) {
                change(Side.ORIGIN, fences.origin().read().as(Role.CEDED, 1));
                change(Side.TARGET, fences.target().read().as(Role.AUTHORITY, 1).authority(Stage.LIVE));
            }
            return side;
        });
        assertThat(answer).isEqualTo(Side.TARGET);
        assertThat(asked).containsExactly(Side.ORIGIN, Side.TARGET);
    }

    @Test
    void theLastAuthorityAnswersWhileItIsClosed() throws Exception {
        change(Side.ORIGIN, fences.origin().read().closedFor(Duration.ofSeconds(10)));
        assertThat(transactions.<Side>read(Side.ORIGIN, false, side -> side)).isEqualTo(Side.ORIGIN);
    }

    private Side write(CountDownLatch inside) {
        try {
            return transactions.write(open -> {
                open.changed(KEY);
                inside.countDown();
                go.await();
                return open.side();
            });
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void change(Side side, ControlRow next) {
        assertThat(fences.of(side).change(fences.of(side).read(), next)).isNotNull();
    }
}
