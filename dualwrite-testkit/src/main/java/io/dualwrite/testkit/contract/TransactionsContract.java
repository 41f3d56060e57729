package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.fence.Board;
import io.dualwrite.fence.FenceContext;
import io.dualwrite.fence.Pace;
import io.dualwrite.fence.StageMovedException;
import io.dualwrite.fence.Transactions;
import io.dualwrite.journal.Intent;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the library relies on in {@link Transactions}. */
public abstract class TransactionsContract extends PairContract {
    private static final Duration PATIENT = Duration.ofSeconds(30);
    private static final Duration IMPATIENT = Duration.ofMillis(50);

    private final List<RecordId> told = new ArrayList<>();
    private final List<Side> expired = new ArrayList<>();
    private Transactions transactions = new NoTransactions();

    /** Whether the stores take part in the transaction, so that work which throws leaves nothing behind. */
    protected abstract boolean areAtomic();

    @BeforeEach
    void makeTransactions() {
        transactions = transactions(PATIENT);
    }

    private Transactions transactions(Duration writersWait) {
        Board board = new Board(parts().controls());
        board.refresh();
        return parts().transactions()
                .apply(new FenceContext(board, told::addAll, expired::add, writersWait, Pace.real()));
    }

    @Test
    protected void workRunsOnTheAuthorityAndIsThereAfterwards() throws Exception {
        Side side = transactions.write(transaction -> {
            pair().putIn(transaction, 1, "a");
            transaction.changed(id(1));
            return transaction.side();
        });
        assertThat(side).isEqualTo(Side.ORIGIN);
        assertThat(pair().get(Side.ORIGIN, 1)).isEqualTo("a");
        assertThat(pair().get(Side.TARGET, 1)).isNull();
    }

    @Test
    protected void whatWasChangedHasAnIntentAndTheHookIsTold() throws Exception {
        put(1, "a");
        assertThat(parts().journals().origin().seen(List.of(id(1))))
                .extracting(Intent::record)
                .contains(id(1));
        assertThat(told).containsExactly(id(1));
    }

    @Test
    protected void whereNothingIsJournalledThereAreNoIntents() throws Exception {
        change(Side.ORIGIN, new ControlRow(Role.AUTHORITY, Stage.OFF, 0, 0, false, 1, null));
        put(1, "a");
        assertThat(parts().journals().origin().backlog().isEmpty()).isTrue();
        assertThat(pair().get(Side.ORIGIN, 1)).isEqualTo("a");
    }

    @Test
    protected void afterAFlipTheOtherSideIsWrittenWithoutTheCallerNoticing() throws Exception {
        flip();
        put(1, "a");
        assertThat(pair().get(Side.TARGET, 1)).isEqualTo("a");
        assertThat(pair().get(Side.ORIGIN, 1)).isNull();
        assertThat(parts().journals().target().seen(List.of(id(1)))).isNotEmpty();
        assertThat(parts().journals().origin().seen(List.of(id(1)))).isEmpty();
    }

    @Test
    protected void whileNeitherSideHasTheAuthorityWritersWaitAndThenGiveUpHavingDoneNothing() throws Exception {
        change(Side.ORIGIN, new ControlRow(Role.CEDED, Stage.SHADOW, 1, 0, true, 1, null));
        transactions = transactions(IMPATIENT);
        List<String> ran = new ArrayList<>();
        assertThatThrownBy(() -> transactions.write(transaction -> ran.add("work")))
                .isInstanceOf(StageMovedException.class);
        assertThat(ran).isEmpty();
        assertThat(transactions.current()).isNull();
        for (Side side : Side.values()) {
            assertThat(parts().journals().of(side).backlog().isEmpty()).isTrue();
        }
    }

    @Test
    protected void aWriterThatFindsAClosingPastItsDeadlineAsksForItToBeOpened() {
        change(Side.ORIGIN, new ControlRow(Role.CLOSED, Stage.SHADOW, 0, 0, true, 1, Duration.ofSeconds(-1)));
        transactions = transactions(IMPATIENT);
        assertThatThrownBy(() -> put(1, "a")).isInstanceOf(StageMovedException.class);
        assertThat(expired).contains(Side.ORIGIN);
    }

    @Test
    protected void whatTheWorkThrowsReachesTheCallerUnchanged() {
        for (Throwable thrown :
                List.of(new java.io.IOException("checked"), new IllegalStateException(), new StackOverflowError())) {
            assertThatThrownBy(() -> transactions.write(transaction -> {
                        if (thrown instanceof Error error) {
                            throw error;
                        }
                        throw (Exception) thrown;
                    }))
                    .isSameAs(thrown);
            assertThat(transactions.current()).isNull();
        }
    }

    @Test
    protected void workThatThrowsLeavesNothingOrAnIntent() throws Exception {
        assertThatThrownBy(() -> transactions.write(transaction -> {
                    transaction.changed(id(1));
                    pair().putIn(transaction, 1, "a");
                    throw new IllegalStateException("changed its mind");
                }))
                .hasMessage("changed its mind");
        boolean left = pair().get(Side.ORIGIN, 1) != null;
        if (areAtomic()) {
            assertThat(left).isFalse();
            assertThat(parts().journals().origin().backlog().isEmpty()).isTrue();
        } else {
            assertThat(parts().journals().origin().seen(List.of(id(1)))).isNotEmpty();
        }
    }

    @Test
    protected void aWriteWithinAWriteJoinsIt() throws Exception {
        transactions.write(outer -> {
            assertThat(transactions.current()).isSameAs(outer);
            pair().putIn(outer, 1, "a");
            outer.changed(id(1));
            return transactions.write(inner -> {
                assertThat(inner).isSameAs(outer);
                pair().putIn(inner, 2, "b");
                inner.changed(id(2));
                return 0;
            });
        });
        assertThat(transactions.current()).isNull();
        assertThat(pair().get(Side.ORIGIN, 1)).isEqualTo("a");
        assertThat(pair().get(Side.ORIGIN, 2)).isEqualTo("b");
        assertThat(told).containsExactlyInAnyOrder(id(1), id(2));
    }

    @Test
    protected void noTransactionIsCurrentOutside() {
        assertThat(transactions.current()).isNull();
    }

    @Test
    protected void aReadIsAnsweredByTheAuthority() throws Exception {
        List<Side> asked = new ArrayList<>();
        String answer = transactions.read(Side.ORIGIN, false, side -> {
            asked.add(side);
            return "from " + side;
        });
        assertThat(answer).isEqualTo("from ORIGIN");
        assertThat(asked).containsExactly(Side.ORIGIN);
    }

    @Test
    protected void aReadOfASideThatLostTheAuthorityIsRepeatedOnTheOther() throws Exception {
        flip();
        assertThat(transactions.<Side>read(Side.ORIGIN, false, side -> side)).isEqualTo(Side.TARGET);
    }

    @Test
    protected void aReadOfACopyIsGoodWhileItIsOne() throws Exception {
        assertThat(transactions.<Side>read(Side.TARGET, true, side -> side)).isEqualTo(Side.TARGET);
        flip();
        assertThat(transactions.<Side>read(Side.ORIGIN, true, side -> side)).isEqualTo(Side.ORIGIN);
    }

    @Test
    protected void whileClosedTheLastAuthorityAnswers() throws Exception {
        change(Side.ORIGIN, new ControlRow(Role.CLOSED, Stage.SHADOW, 0, 0, true, 1, Duration.ofMinutes(1)));
        assertThat(transactions.<Side>read(Side.ORIGIN, false, side -> side)).isEqualTo(Side.ORIGIN);
    }

    private void put(long key, String value) throws Exception {
        transactions.write(transaction -> {
            pair().putIn(transaction, key, value);
            transaction.changed(id(key));
            return key;
        });
    }

    private static final class NoTransactions implements Transactions {
        @Override
        public io.dualwrite.fence.@org.jspecify.annotations.Nullable Transaction current() {
            return null;
        }

        @Override
        public <T extends @org.jspecify.annotations.Nullable Object> T write(Work<T> work) {
            throw new IllegalStateException("before the first test");
        }

        @Override
        public <T extends @org.jspecify.annotations.Nullable Object> T read(
                Side side, boolean asCopy, Reading<T> reading) {
            throw new IllegalStateException("before the first test");
        }
    }
}
