package io.dualwrite.flag;

import io.dualwrite.stage.Stage;

/** A wish that the application sets, for tests and for applications with a switch of their own. Thread-safe. */
public final class SettableStage implements StageSource {
    private volatile Stage wish;

    /**
     * Begins with the given wish.
     *
     * @throws IllegalArgumentException for a stage that is only passed through
     */
    public SettableStage(Stage first) {
        this.wish = StageSource.wishable(first);
    }

    /**
     * Changes the wish; the migration follows when it next looks, step by step.
     *
     * @throws IllegalArgumentException for a stage that is only passed through; the wish stays as it was
     */
    public void set(Stage next) {
        wish = StageSource.wishable(next);
    }

    @Override
    public Stage wish() {
        return wish;
    }
}
