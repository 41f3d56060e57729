package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.flag.StageSource;
import io.dualwrite.stage.Stage;
import org.junit.jupiter.api.Test;

/** What the library relies on in a {@link StageSource}. */
public abstract class StageSourceContract {
    /** The source under test, made to wish for this stage, which is one that a flag may ask for. */
    protected abstract StageSource wishing(Stage stage) throws Exception;

    @Test
    protected void everyStageThatAFlagMayAskForIsToldAsItIs() throws Exception {
        for (Stage stage : Stage.values()) {
            if (stage.isWishable()) {
                assertThat(wishing(stage).wish()).isEqualTo(stage);
            }
        }
    }

    @Test
    protected void askingChangesNothing() throws Exception {
        StageSource source = wishing(Stage.SHADOW);
        assertThat(source.wish()).isEqualTo(Stage.SHADOW);
        assertThat(source.wish()).isEqualTo(Stage.SHADOW);
    }
}
