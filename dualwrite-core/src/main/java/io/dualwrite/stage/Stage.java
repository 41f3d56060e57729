package io.dualwrite.stage;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A step of a migration, and the library's one table of what each step means: a stage <em>is</em> its read plan and its
 * write plan. Stages are walked one at a time, in the order of declaration or back.
 *
 * <p>{@link #JOURNAL} and {@link #FROZEN} are walked by the library; a feature flag names the other six.
 */
public enum Stage {
    /** Only the origin is used. Writes are fenced and leave no intents. */
    OFF("off", new WritePlan(Side.ORIGIN, false, false), new ReadPlan(Side.ORIGIN, false, false)),
    /** Every changed key is journalled on the origin; the copy does not follow yet. */
    JOURNAL("starting", new WritePlan(Side.ORIGIN, true, false), new ReadPlan(Side.ORIGIN, false, false)),
    /** The copy follows the origin; the backfill runs. */
    DUAL_WRITE("dualwrite", new WritePlan(Side.ORIGIN, true, true), new ReadPlan(Side.ORIGIN, false, false)),
    /** As {@link #DUAL_WRITE}; reads are compared and a share of them may come from the target. */
    SHADOW("shadow", new WritePlan(Side.ORIGIN, true, true), new ReadPlan(Side.ORIGIN, true, true)),
    /** The authority is being handed over: writes wait, bounded; the last authority answers reads. */
    FROZEN("switching", new WritePlan(null, true, true), new ReadPlan(Side.ORIGIN, false, false)),
    /** The target has the authority; the origin follows and is compared. */
    LIVE("live", new WritePlan(Side.TARGET, true, true), new ReadPlan(Side.TARGET, true, false)),
    /** As {@link #LIVE}, no longer compared. The last stage with a way back. */
    RAMP_DOWN("rampdown", new WritePlan(Side.TARGET, true, true), new ReadPlan(Side.TARGET, false, false)),
    /** Only the target is used; the origin stays closed. */
    COMPLETE("complete", new WritePlan(Side.TARGET, false, false), new ReadPlan(Side.TARGET, false, false));

    private final String flagName;
    private final WritePlan write;
    private final ReadPlan read;

    Stage(String flagName, WritePlan write, ReadPlan read) {
        this.flagName = flagName;
        this.write = write;
        this.read = read;
    }

    /** The lower-case name that feature flags and metrics use. */
    public String flagName() {
        return flagName;
    }

    public WritePlan write() {
        return write;
    }

    public ReadPlan read() {
        return read;
    }

    /** Whether a flag may ask for this stage; the two others are only passed through. */
    public boolean isWishable() {
        return this != JOURNAL && this != FROZEN;
    }

    /** Whether this stage's truth is kept in the target's control row. */
    public boolean isBeyondFlip() {
        return ordinal() > FROZEN.ordinal();
    }

    /** The neighbouring stage on the way to {@code wish}; this stage itself when it is the wish. */
    public Stage towards(Stage wish) {
        return values()[ordinal() + Integer.compare(wish.ordinal(), ordinal())];
    }

    /**
     * The stage a flag's text names: a {@link #flagName()} or a constant's name, in any case, with {@code -} or {@code _}
     * or nothing between words.
     *
     * @throws IllegalArgumentException naming the text and the six stages a flag may ask for
     */
    public static Stage parse(@Nullable String text) {
        String wanted = text == null ? "" : plain(text);
        for (Stage stage : values()) {
            if (stage.isWishable()
                    && (plain(stage.flagName).equals(wanted)
                            || plain(stage.name()).equals(wanted))) {
                return stage;
            }
        }
        throw new IllegalArgumentException(
                "Unknown stage '" + text + "': use one of off, dualwrite, shadow, live, rampdown, complete");
    }

    private static String plain(String text) {
        return text.strip().toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
    }
}
