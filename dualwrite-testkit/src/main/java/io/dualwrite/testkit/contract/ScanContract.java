package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.repair.Scan;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the library relies on in a {@link Scan}. */
public abstract class ScanContract extends PairContract {
    @ParameterizedTest
    @EnumSource(Side.class)
    protected void anEmptySideListsNothing(Side side) throws Exception {
        assertThat(scan().keysAfter(side, type().name(), null, 10)).isEmpty();
        assertThat(prints(side)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    protected void keysComeInTheOrderOfTheCodecNotOfTheirText(Side side) throws Exception {
        fill(side, 10, 9, 2, 100);
        assertThat(scan().keysAfter(side, type().name(), null, 10)).containsExactly("2", "9", "10", "100");
        assertThat(prints(side)).extracting(Scan.Print::key).containsExactly("2", "9", "10", "100");
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    protected void pagesGoOnAfterAKeyThatNeedNotBeThere(Side side) throws Exception {
        fill(side, 1, 2, 4, 5);
        assertThat(scan().keysAfter(side, type().name(), null, 2)).containsExactly("1", "2");
        assertThat(scan().keysAfter(side, type().name(), "3", 10)).containsExactly("4", "5");
        assertThat(scan().keysAfter(side, type().name(), "5", 10)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    protected void aRangeHasTheRecordsBetweenItsEndsAndThoseAtThem(Side side) throws Exception {
        fill(side, 1, 2, 9, 10, 11, 100);
        assertThat(prints(side, range("2", "10"))).extracting(Scan.Print::key).containsExactly("2", "9", "10");
        assertThat(prints(side, range("3", "8"))).isEmpty();
        assertThat(prints(side, range("3", "50"))).extracting(Scan.Print::key).containsExactly("9", "10", "11");
        assertThat(prints(side, range("10", null))).extracting(Scan.Print::key).containsExactly("10", "11", "100");
        assertThat(prints(side, range(null, "2"))).extracting(Scan.Print::key).containsExactly("1", "2");
    }

    @Test
    protected void equalRecordsHaveEqualFingerprintsOnBothSides() throws Exception {
        for (Side side : Side.values()) {
            pair().put(side, 1, "a");
            pair().put(side, 2, "");
        }
        assertThat(prints(Side.ORIGIN)).hasSize(2).isEqualTo(prints(Side.TARGET));
    }

    @Test
    protected void differentRecordsHaveDifferentFingerprints() throws Exception {
        pair().put(Side.ORIGIN, 1, "a");
        pair().put(Side.TARGET, 1, "b");
        String origin = prints(Side.ORIGIN).get(0).contents();
        assertThat(origin).isNotEmpty().isNotEqualTo(prints(Side.TARGET).get(0).contents());
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    protected void anEstimateIsANumberOfRecordsOrUnknown(Side side) throws Exception {
        fill(side, 1, 2, 3);
        assertThat(scan().estimate(side, type().name()).orElse(0)).isBetween(0L, 1_000_000L);
    }

    @Test
    protected void moreRecordsThanAnyPageAreStreamedCompletely() throws Exception {
        for (int key = 1; key <= 1_200; key++) {
            pair().put(Side.ORIGIN, key, "v" + key);
        }
        assertThat(prints(Side.ORIGIN)).hasSize(1_200);
    }

    @Test
    protected void aStreamMayBeClosedHalfRead() throws Exception {
        fill(Side.ORIGIN, 1, 2, 3);
        try (Scan.Prints prints = scan().fingerprints(Side.ORIGIN, type().all())) {
            assertThat(prints.next().key()).isEqualTo("1");
        }
        assertThat(prints(Side.ORIGIN)).hasSize(3);
    }

    private Scan scan() {
        @Nullable Scan scan = parts().scan();
        if (scan == null) {
            throw new AssertionError("These stores cannot be scanned");
        }
        return scan;
    }

    private RecordRange range(@Nullable String first, @Nullable String last) {
        return new RecordRange(type().name(), first, last);
    }

    private void fill(Side side, long... keys) throws Exception {
        for (long key : keys) {
            pair().put(side, key, "v" + key);
        }
    }

    private List<Scan.Print> prints(Side side) throws Exception {
        return prints(side, type().all());
    }

    private List<Scan.Print> prints(Side side, RecordRange range) throws Exception {
        List<Scan.Print> all = new ArrayList<>();
        try (Scan.Prints prints = scan().fingerprints(side, range)) {
            prints.forEachRemaining(all::add);
        }
        return all;
    }
}
