package io.dualwrite.spring.boot.actuate;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a migration stands, for people and scripts. Nothing of what is in records, and nothing about how stores are reached.
 *
 * @param name the migration's name
 * @param stage the stage that both stores stand for; UNKNOWN when that cannot be told
 * @param stageHere the stage that this node works by
 * @param authority the side that accepts writes; NONE while it is being handed over, or when that cannot be told
 * @param generation how many times the migration was begun
 * @param started whether this node's background work runs
 * @param wish what the flag asks for; null without a flag, or when it has never answered
 * @param held who keeps this node where it is; null when nobody does
 * @param backfilled whether the backfill is complete: YES, NO, UNKNOWN, NONE
 * @param verified whether the last verification was clean: YES, NO, UNKNOWN, NONE
 * @param sides both sides by their names
 * @param gates for each stage that may be gone to, the nearest first, everything that is in the way; only where one migration
 *     is looked at
 * @param jobs what was begun through the endpoint on this node, by its name
 * @param steps what happened to the stage since this node started, the newest first, at most 50
 */
public record MigrationDescription(
        String name,
        String stage,
        String stageHere,
        String authority,
        int generation,
        boolean started,
        @Nullable String wish,
        @Nullable Hold held,
        String backfilled,
        String verified,
        Map<String, SideDescription> sides,
        List<Gates> gates,
        Map<String, JobDescription> jobs,
        List<Step> steps) {
    /** Who keeps a node where it is. */
    public record Hold(String at, String by, String why, String since) {}

    /** One step, or one that was refused, and when this node noticed. */
    public record Step(String at, String from, String to, List<String> refused) {}

    /**
     * One side.
     *
     * @param reached whether everything there could be read
     * @param trouble what could not be read and why; null when all was read
     * @param role what is allowed there; null when it could not be read
     * @param handover how many times the authority was handed over, as far as this side knows
     * @param open intents in the journal beside it
     * @param quarantined intents that the relay leaves alone
     * @param oldest age of the oldest intent, as an ISO 8601 duration
     * @param unconfirmed transferred records that nobody has compared since; -1 when they could not be counted
     */
    public record SideDescription(
            boolean reached,
            @Nullable String trouble,
            @Nullable String role,
            long handover,
            long open,
            long quarantined,
            String oldest,
            int unconfirmed) {}

    /**
     * What is in the way of a stage.
     *
     * @param stage where to
     * @param reasons everything that is in the way, on all steps up to there; empty when it may be gone to
     */
    public record Gates(String stage, List<String> reasons) {}

    /**
     * A job that goes on in the background.
     *
     * @param state RUNNING, DONE, or FAILED
     * @param since when it was begun
     * @param told what came of it: numbers, or the kind of failure
     */
    public record JobDescription(String state, String since, Map<String, Object> told) {}
}
