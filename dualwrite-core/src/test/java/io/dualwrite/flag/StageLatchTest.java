package io.dualwrite.flag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.stage.Stage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StageLatchTest {
    private final List<String> failures = new ArrayList<>();
    private Callable<Stage> flag = () -> Stage.SHADOW;
    private final StageLatch latch = new StageLatch(
            () -> flag.call(), failure -> failures.add(failure.getClass().getSimpleName()));

    @AfterEach
    void clearInterrupt() {
        Thread.interrupted();
    }

    @Test
    void aFlagThatDisappearsChangesNothing() {
        assertThat(latch.wish()).isEqualTo(Stage.SHADOW);
        flag = () -> null;
        assertThat(latch.wish()).isEqualTo(Stage.SHADOW);
        assertThat(failures).containsExactly("NoWishException");
    }

    @Test
    void aFlagThatErrsChangesNothing() {
        latch.wish();
        flag = () -> {
            throw new NoClassDefFoundError("vendor");
        };
        assertThat(latch.wish()).isEqualTo(Stage.SHADOW);
        assertThat(failures).containsExactly("NoClassDefFoundError");
    }

    @Test
    void aFlagThatNeverWorkedWishesNothing() {
        flag = () -> Stage.FROZEN;
        assertThat(latch.wish()).isNull();
        assertThat(failures).containsExactly("NoWishException");
    }

    @Test
    void eachKindOfFailureIsReportedOnceUntilTheFlagRecovers() throws Exception {
        Callable<Stage> working = flag;
        Callable<Stage> broken = () -> {
            throw new IOException("no");
        };
        for (int round = 0; round < 2; round++) {
            flag = broken;
            latch.wish();
            latch.wish();
            flag = () -> Stage.parse("sideways");
            latch.wish();
            flag = working;
            latch.wish();
        }
        assertThat(failures)
                .containsExactly("IOException", "IllegalArgumentException", "IOException", "IllegalArgumentException");
    }

    @Test
    void anInterruptedFlagLeavesTheInterruptSet() {
        flag = () -> {
            throw new InterruptedException();
        };
        latch.wish();
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }

    @Test
    void aNamedFlagSpeaksTheVendorsWords() throws Exception {
        assertThat(StageSource.named(() -> "dualwrite").wish()).isEqualTo(Stage.DUAL_WRITE);
        assertThat(StageSource.named(() -> "Ramp-Down").wish()).isEqualTo(Stage.RAMP_DOWN);
        assertThat(StageSource.named(() -> null).wish()).isNull();
    }

    @Test
    void anEnvironmentVariableNamesTheStageOrNothing() throws Exception {
        assertThat(StageSource.environment("DUALWRITE_NO_SUCH_VARIABLE").wish()).isNull();
        assertThatThrownBy(() -> StageSource.environment("PATH").wish()).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @EnumSource
    void onlyWishableStagesCanBeWished(Stage stage) throws Exception {
        if (stage.isWishable()) {
            assertThat(StageSource.constant(stage).wish()).isEqualTo(stage);
            assertThat(new SettableStage(stage).wish()).isEqualTo(stage);
            assertThat(Stage.parse(stage.flagName())).isEqualTo(stage);
        } else {
            assertThatThrownBy(() -> StageSource.constant(stage)).hasMessageContaining(stage.name());
            SettableStage settable = new SettableStage(Stage.OFF);
            assertThatThrownBy(() -> settable.set(stage)).isInstanceOf(IllegalArgumentException.class);
            assertThat(settable.wish()).isEqualTo(Stage.OFF);
        }
    }
}
