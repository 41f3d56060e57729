package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.repair.Carrier;
import io.dualwrite.repair.Checkpoint;
import io.dualwrite.repair.NotACopyException;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the library relies on in a {@link Carrier}, apart from what needs several threads: that is the simulation's. */
public abstract class CarrierContract extends PairContract {
    @Test
    protected void aRecordOfTheAuthorityIsThenOnTheCopy() throws Exception {
        pair().put(Side.ORIGIN, 1, "a");
        carry(Side.ORIGIN, 1);
        assertThat(pair().get(Side.TARGET, 1)).isEqualTo("a");
    }

    @Test
    protected void whatTheCopyHadIsReplaced() throws Exception {
        pair().put(Side.ORIGIN, 1, "new");
        pair().put(Side.TARGET, 1, "old");
        carry(Side.ORIGIN, 1);
        assertThat(pair().get(Side.TARGET, 1)).isEqualTo("new");
    }

    @Test
    protected void whatTheAuthorityHasNotIsDeletedFromTheCopy() throws Exception {
        pair().put(Side.TARGET, 1, "left over");
        carry(Side.ORIGIN, 1);
        assertThat(pair().get(Side.TARGET, 1)).isNull();
    }

    @Test
    protected void aRecordOnNeitherSideIsNoError() throws Exception {
        carry(Side.ORIGIN, 1);
        assertThat(pair().get(Side.TARGET, 1)).isNull();
    }

    @Test
    protected void carryingTwiceIsAsCarryingOnce() throws Exception {
        pair().put(Side.ORIGIN, 1, "a");
        carry(Side.ORIGIN, 1, 2);
        carry(Side.ORIGIN, 1, 2);
        assertThat(pair().get(Side.TARGET, 1)).isEqualTo("a");
        assertThat(pair().get(Side.TARGET, 2)).isNull();
    }

    @Test
    protected void recordsThatWereNotNamedAreNotTouched() throws Exception {
        pair().put(Side.ORIGIN, 1, "a");
        pair().put(Side.ORIGIN, 2, "b");
        pair().put(Side.TARGET, 2, "something else");
        carry(Side.ORIGIN, 1);
        assertThat(pair().get(Side.TARGET, 2)).isEqualTo("something else");
    }

    @Test
    protected void theAuthorityIsNotTouched() throws Exception {
        pair().put(Side.ORIGIN, 1, "a");
        pair().put(Side.TARGET, 2, "b");
        carry(Side.ORIGIN, 1, 2);
        assertThat(pair().get(Side.ORIGIN, 1)).isEqualTo("a");
        assertThat(pair().get(Side.ORIGIN, 2)).isNull();
    }

    @Test
    protected void itCarriesBackFromTheTargetJustSo() throws Exception {
        flip();
        pair().put(Side.TARGET, 1, "a");
        pair().put(Side.ORIGIN, 2, "left over");
        carry(Side.TARGET, 1, 2);
        assertThat(pair().get(Side.ORIGIN, 1)).isEqualTo("a");
        assertThat(pair().get(Side.ORIGIN, 2)).isNull();
    }

    @ParameterizedTest
    @EnumSource(value = Role.class, mode = EnumSource.Mode.EXCLUDE, names = "COPY")
    protected void nothingIsWrittenToASideThatIsNoCopy(Role role) throws Exception {
        change(Side.TARGET, new ControlRow(role, Stage.LIVE, 1, 0, true, 1, null));
        pair().put(Side.ORIGIN, 1, "stale");
        pair().put(Side.TARGET, 1, "new");
        assertThatThrownBy(() -> carry(Side.ORIGIN, 1)).isInstanceOf(NotACopyException.class);
        assertThat(pair().get(Side.TARGET, 1)).isEqualTo("new");
    }

    @Test
    protected void theCheckpointIsSavedWithTheRecords() throws Exception {
        Checkpoint checkpoint = new Checkpoint(Checkpoint.BACKFILL, type().name(), 1, "1", 1, false);
        pair().put(Side.ORIGIN, 1, "a");
        parts().carrier().carry(Side.ORIGIN, Set.of(id(1)), checkpoint);
        assertThat(parts().checkpoints().find(Checkpoint.BACKFILL, type().name(), 1))
                .contains(checkpoint);
    }

    @Test
    protected void noCheckpointIsSavedWithNoRecords() throws Exception {
        Checkpoint checkpoint = new Checkpoint(Checkpoint.BACKFILL, type().name(), 1, "1", 1, false);
        flip();
        assertThatThrownBy(() -> parts().carrier().carry(Side.ORIGIN, Set.of(id(1)), checkpoint))
                .isInstanceOf(NotACopyException.class);
        assertThat(parts().checkpoints().find(Checkpoint.BACKFILL, type().name(), 1))
                .isEmpty();
    }

    @Test
    protected void nothingIsSettledOnASideThatIsNoCopy() throws Exception {
        parts().carrier().settle(Side.ORIGIN);
        flip();
        assertThatThrownBy(() -> parts().carrier().settle(Side.ORIGIN)).isInstanceOf(NotACopyException.class);
    }

    @Test
    protected void settlingChangesNoRecord() throws Exception {
        pair().put(Side.ORIGIN, 1, "a");
        pair().put(Side.TARGET, 2, "b");
        parts().carrier().settle(Side.ORIGIN);
        assertThat(pair().get(Side.TARGET, 1)).isNull();
        assertThat(pair().get(Side.TARGET, 2)).isEqualTo("b");
    }

    @Test
    protected void everyRecordHasOneOfTheLanes() throws Exception {
        for (int lanes = 1; lanes <= 8; lanes++) {
            for (long key = -5; key < 200; key++) {
                int lane = parts().carrier().lane(id(key), lanes);
                assertThat(lane).isBetween(0, lanes - 1);
                assertThat(parts().carrier().lane(id(key), lanes)).isEqualTo(lane);
            }
        }
    }

    private void carry(Side authority, long... keys) throws Exception {
        Set<io.dualwrite.stage.RecordId> records = new java.util.LinkedHashSet<>();
        for (long key : keys) {
            records.add(id(key));
        }
        parts().carrier().carry(authority, records, null);
    }
}
