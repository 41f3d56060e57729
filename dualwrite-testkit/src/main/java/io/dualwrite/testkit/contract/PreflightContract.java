package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.repair.Preflight;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the library relies on in any {@link Preflight}; see {@link InspectingPreflightContract} for one that can look. */
public abstract class PreflightContract extends PairContract {
    @Test
    protected void nothingIsSaidAgainstSoundStores() throws Exception {
        pair().put(Side.ORIGIN, 1, "a");
        assertThat(preflight().authority(Side.ORIGIN)).isEmpty();
        assertThat(preflight().copy(Side.TARGET)).isEmpty();
        assertThat(preflight().handover(Side.ORIGIN)).isEmpty();
    }

    @Test
    protected void nothingIsSaidAgainstTheWayBack() throws Exception {
        flip();
        pair().put(Side.TARGET, 1, "a");
        assertThat(preflight().authority(Side.TARGET)).isEmpty();
        assertThat(preflight().handover(Side.TARGET)).isEmpty();
    }

    @Test
    protected void lookingTouchesNoRecordNoIntentAndNoRow() throws Exception {
        pair().put(Side.ORIGIN, 1, "a");
        pair().put(Side.TARGET, 2, "b");
        for (Side side : Side.values()) {
            parts().journals().of(side).append(List.of(id(3)));
        }
        List<ControlRow> rows = rows();
        ask();
        assertThat(pair().get(Side.ORIGIN, 1)).isEqualTo("a");
        assertThat(pair().get(Side.TARGET, 1)).isNull();
        assertThat(pair().get(Side.ORIGIN, 2)).isNull();
        assertThat(pair().get(Side.TARGET, 2)).isEqualTo("b");
        for (Side side : Side.values()) {
            assertThat(parts().journals().of(side).backlog().open()).isEqualTo(1);
            assertThat(parts().journals().of(side).seen(List.of(id(3)))).hasSize(1);
        }
        assertThat(rows()).isEqualTo(rows);
    }

    @Test
    protected void askingAgainGivesTheSameAnswers() {
        List<List<String>> first = ask();
        assertThat(ask()).isEqualTo(first);
    }

    @Test
    protected void severalMayAskAtOnce() throws Exception {
        assertThat(Crowd.results(() -> preflight().authority(Side.ORIGIN))).containsOnly(List.of());
    }

    final Preflight preflight() {
        return parts().preflight();
    }

    private List<List<String>> ask() {
        List<List<String>> all = new ArrayList<>();
        all.add(preflight().authority(Side.ORIGIN));
        all.add(preflight().copy(Side.TARGET));
        all.add(preflight().handover(Side.ORIGIN));
        return all;
    }

    private List<ControlRow> rows() {
        return List.of(
                parts().controls().origin().read(), parts().controls().target().read());
    }

    /** A reason is for a person: it says something, and says nothing that is in a record. */
    static void areReasons(List<String> reasons, RecordId... keys) {
        assertThat(reasons).isNotEmpty().allSatisfy(reason -> assertThat(reason).isNotBlank());
        for (RecordId key : keys) {
            assertThat(reasons).noneMatch(reason -> reason.contains(key.key()));
        }
    }
}
