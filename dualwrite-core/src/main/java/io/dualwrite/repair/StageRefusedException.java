package io.dualwrite.repair;

import io.dualwrite.stage.Stage;
import java.util.List;

/** A step was refused or given up; the message and {@link #reasons()} say why. The stage is as it was before. */
public final class StageRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Stage at;
    private final Stage wish;
    private final transient List<String> reasons;

    public StageRefusedException(Stage at, Stage wish, List<String> reasons) {
        super("Stage " + wish + " refused, staying at " + at + ": " + String.join("; ", reasons));
        this.at = at;
        this.wish = wish;
        this.reasons = List.copyOf(reasons);
    }

    /** The stage that stays. */
    public Stage at() {
        return at;
    }

    /** The stage that was asked for. */
    public Stage wish() {
        return wish;
    }

    /** Every reason, each with what to do about it. */
    public List<String> reasons() {
        return reasons;
    }
}
