package io.dualwrite.flag;

import io.dualwrite.stage.Stage;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * <strong>SPI.</strong> Where the wished stage comes from: a feature flag, a file, a constant. Asked about once a second on
 * a background thread, never on a caller's. A source that throws, returns null or names a stage that a flag cannot ask for
 * changes nothing: the last good wish stays; see {@link StageLatch}. Must be thread-safe.
 */
@FunctionalInterface
public interface StageSource {
    /** The stage the migration should be at; null means that the source does not know. */
    @Nullable Stage wish() throws Exception;

    /**
     * Always the same wish.
     *
     * @throws IllegalArgumentException for a stage that is only passed through
     */
    static StageSource constant(Stage stage) {
        Stage wish = wishable(stage);
        return () -> wish;
    }

    /** The stage a feature flag's text names, read by {@link Stage#parse(String)}; null text means unknown. */
    static StageSource named(Callable<@Nullable String> flag) {
        Objects.requireNonNull(flag, "flag");
        return () -> {
            String name = flag.call();
            return name == null ? null : Stage.parse(name);
        };
    }

    /** The stage that an environment variable names; without the variable unknown. It cannot change while the process runs. */
    static StageSource environment(String variable) {
        Objects.requireNonNull(variable, "variable");
        return named(() -> System.getenv(variable));
    }

    /** The stage itself when a flag may ask for it. */
    static Stage wishable(Stage stage) {
        if (!stage.isWishable()) {
            throw new IllegalArgumentException("Stage " + stage
                    + " is only passed through; ask for OFF, DUAL_WRITE, SHADOW, LIVE, RAMP_DOWN or COMPLETE");
        }
        return stage;
    }
}
