package io.dualwrite.control.ramp;

import java.time.Instant;

/**
 * One line of a ramp's audit: who changed it, how, why and on what evidence.
 *
 * @param version the state's version that it led to; there is one entry for each
 * @param at by the clock of the node that did it; for people to read, nothing is decided by it
 * @param who a person, or the node that decided
 * @param evidence what the gates said, or nothing where a person decided
 */
public record RampEntry(
        long version,
        Instant at,
        String who,
        RampPhase from,
        RampPhase to,
        int fromPercent,
        int toPercent,
        String why,
        String evidence) {}
