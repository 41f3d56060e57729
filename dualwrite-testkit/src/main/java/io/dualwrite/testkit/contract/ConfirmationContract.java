package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.repair.Confirmation;
import io.dualwrite.repair.Discrepancy;
import io.dualwrite.repair.NotACopyException;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the library relies on in a {@link Confirmation}. */
public abstract class ConfirmationContract extends PairContract {
    @Test
    protected void equalRecordsAreNoDiscrepancy() throws Exception {
        pair().put(Side.ORIGIN, 1, "a");
        pair().put(Side.TARGET, 1, "a");
        assertThat(confirm(Side.ORIGIN, 1, 2)).isEmpty();
    }

    @Test
    protected void everyKindOfDifferenceIsToldByItsKind() throws Exception {
        pair().put(Side.ORIGIN, 1, "a");
        pair().put(Side.TARGET, 2, "b");
        pair().put(Side.ORIGIN, 3, "c");
        pair().put(Side.TARGET, 3, "not c");
        assertThat(confirm(Side.ORIGIN, 1, 2, 3))
                .extracting(Discrepancy::record, Discrepancy::kind)
                .containsExactlyInAnyOrder(
                        org.assertj.core.api.Assertions.tuple(id(1), Discrepancy.Kind.MISSING),
                        org.assertj.core.api.Assertions.tuple(id(2), Discrepancy.Kind.EXTRA),
                        org.assertj.core.api.Assertions.tuple(id(3), Discrepancy.Kind.DIFFERENT));
    }

    @Test
    protected void aDifferenceSaysInWhichFieldsAndNeverTheValues() throws Exception {
        pair().put(Side.ORIGIN, 1, "secret");
        pair().put(Side.TARGET, 1, "hidden");
        List<Discrepancy> found = confirm(Side.ORIGIN, 1);
        assertThat(found).hasSize(1);
        assertThat(found.get(0).fields()).isNotEmpty();
        assertThat(found.toString()).doesNotContain("secret").doesNotContain("hidden");
    }

    @Test
    protected void aRecordWithAnOpenIntentIsInFlightAndNoDiscrepancy() throws Exception {
        pair().put(Side.ORIGIN, 1, "a");
        parts().journals().origin().append(List.of(id(1)));
        assertThat(confirm(Side.ORIGIN, 1)).isEmpty();
    }

    @Test
    protected void aRecordInAnOpenRangeIsInFlightAndOneBesideItIsNot() throws Exception {
        pair().put(Side.ORIGIN, 2, "a");
        pair().put(Side.ORIGIN, 10, "b");
        pair().put(Side.TARGET, 11, "c");
        RecordRange range = new RecordRange(type().name(), "2", "10");
        parts().journals().origin().append(List.of(range.id()));
        assertThat(confirm(Side.ORIGIN, 2, 10, 11))
                .extracting(Discrepancy::record)
                .containsExactly(id(11));
        parts().journals().origin().append(List.of(type().all().id()));
        assertThat(confirm(Side.ORIGIN, 2, 10, 11)).isEmpty();
    }

    @Test
    protected void theJournalOfTheOtherSideDoesNotExcuseADifference() throws Exception {
        pair().put(Side.ORIGIN, 1, "a");
        parts().journals().target().append(List.of(id(1)));
        assertThat(confirm(Side.ORIGIN, 1)).hasSize(1);
    }

    @Test
    protected void whatWasTransferredWaitsToBeConfirmed() throws Exception {
        pair().put(Side.ORIGIN, 1, "a");
        parts().carrier().carry(Side.ORIGIN, Set.of(id(1), id(2)), null);
        assertThat(unconfirmed(Side.TARGET)).containsExactlyInAnyOrder(id(1), id(2));
        assertThat(parts().confirmation().unconfirmed(Side.TARGET, 1)).hasSize(1);
        assertThat(unconfirmed(Side.ORIGIN)).isEmpty();
    }

    @Test
    protected void whatWasFoundEqualWaitsNoLonger() throws Exception {
        pair().put(Side.ORIGIN, 1, "a");
        parts().carrier().carry(Side.ORIGIN, Set.of(id(1), id(2)), null);
        confirm(Side.ORIGIN, 1);
        assertThat(unconfirmed(Side.TARGET)).containsExactly(id(2));
    }

    @Test
    protected void whatDiffersWhileInFlightWaitsOn() throws Exception {
        pair().put(Side.ORIGIN, 1, "a");
        parts().carrier().carry(Side.ORIGIN, Set.of(id(1)), null);
        pair().put(Side.ORIGIN, 1, "b");
        parts().journals().origin().append(List.of(id(1)));
        confirm(Side.ORIGIN, 1);
        assertThat(unconfirmed(Side.TARGET)).containsExactly(id(1));
    }

    @Test
    protected void nothingIsConfirmedOnASideThatIsNoCopy() {
        flip();
        assertThatThrownBy(() -> confirm(Side.ORIGIN, 1)).isInstanceOf(NotACopyException.class);
    }

    @Test
    protected void confirmingChangesNoRecord() throws Exception {
        pair().put(Side.ORIGIN, 1, "a");
        pair().put(Side.TARGET, 2, "b");
        confirm(Side.ORIGIN, 1, 2);
        assertThat(pair().get(Side.TARGET, 1)).isNull();
        assertThat(pair().get(Side.TARGET, 2)).isEqualTo("b");
        assertThat(pair().get(Side.ORIGIN, 1)).isEqualTo("a");
    }

    private List<Discrepancy> confirm(Side authority, long... keys) throws Exception {
        Set<RecordId> records = new java.util.LinkedHashSet<>();
        for (long key : keys) {
            records.add(id(key));
        }
        return parts().confirmation().confirm(authority, records);
    }

    private List<RecordId> unconfirmed(Side copy) throws Exception {
        return parts().confirmation().unconfirmed(copy, 100);
    }
}
