package io.dualwrite.spring;

import io.dualwrite.flag.StageSource;
import io.dualwrite.stage.Stage;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A flag that somebody can hold on to: while it is held it asks for the stage at which it was, whatever the flag behind it
 * says. Only this node is held; the others go by their own. Thread-safe; blocks as the flag behind it does.
 */
public final class StageHold implements StageSource {
    private final @Nullable StageSource flag;
    private volatile @Nullable Held held;

    /**
     * Somebody's hold.
     *
     * @param at the stage that is asked for meanwhile
     * @param by who holds
     * @param why in words; may be empty
     * @param since when it began
     */
    public record Held(Stage at, String by, String why, Instant since) {}

    /** Over this flag, or over none: then it knows no wish until it is held. */
    public StageHold(@Nullable StageSource flag) {
        this.flag = flag;
    }

    /** Holds from now on; takes the place of a hold before. */
    public void hold(Held by) {
        StageSource.wishable(by.at());
        held = by;
    }

    /** Goes by the flag again. Without effect where nothing was held. */
    public void release() {
        held = null;
    }

    /** The hold there is, or null. */
    public @Nullable Held held() {
        return held;
    }

    /** What the flag behind it asks for, held or not; null without one, or when it does not know. Blocks on the flag. */
    public @Nullable Stage flagWish() throws Exception {
        return flag == null ? null : flag.wish();
    }

    @Override
    public @Nullable Stage wish() throws Exception {
        Held holding = held;
        return holding == null ? flagWish() : holding.at();
    }
}
