package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.repair.Preflight;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the library relies on in a {@link Preflight} that looks at stores, which may be out of reach or full of rows. */
public abstract class InspectingPreflightContract extends PreflightContract {
    private static final long KEY = 490_111_222_333L;

    /** A preflight of the pair under test, while this side's store cannot be reached. */
    protected abstract Preflight cutOff(Side side) throws Exception;

    @ParameterizedTest
    @EnumSource(Side.class)
    protected void anAuthorityOutOfReachIsAReasonAndNoException(Side side) throws Exception {
        if (side == Side.TARGET) {
            flip();
        }
        tells(side, cutOff(side).authority(side));
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    protected void anAuthorityNeedsNothingOfTheOtherSide(Side side) throws Exception {
        if (side == Side.TARGET) {
            flip();
        }
        assertThat(cutOff(side.other()).authority(side)).isEmpty();
    }

    @Test
    protected void aCopyOutOfReachIsAReasonAndNoException() throws Exception {
        tells(Side.TARGET, cutOff(Side.TARGET).copy(Side.TARGET));
    }

    @Test
    protected void anHeirOutOfReachIsAReasonAndNoException() throws Exception {
        tells(Side.TARGET, cutOff(Side.TARGET).handover(Side.ORIGIN));
    }

    @Test
    protected void rowsThatNobodyHasAdoptedAreAReasonBeforeTheFirstStep() throws Exception {
        change(Side.ORIGIN, new ControlRow(Role.AUTHORITY, Stage.OFF, 0, 0, false, 0, null));
        change(Side.TARGET, new ControlRow(Role.COPY, Stage.OFF, 0, 0, false, 0, null));
        assertThat(preflight().copy(Side.TARGET)).isEmpty();
        pair().put(Side.TARGET, KEY, "left over");
        List<String> reasons = preflight().copy(Side.TARGET);
        areReasons(reasons, id(KEY));
        assertThat(reasons).noneMatch(reason -> reason.contains("left over"));
        assertThat(pair().get(Side.TARGET, KEY)).isEqualTo("left over");
    }

    private static void tells(Side side, List<String> reasons) {
        areReasons(reasons);
        assertThat(reasons).as("a reason says where").anyMatch(reason -> reason.contains(side.name()));
    }
}
