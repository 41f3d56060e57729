package io.dualwrite.journal;

import io.dualwrite.stage.RecordId;

/**
 * A record that the copy has not followed, in a migration that replays calls. Carries no argument of any call.
 *
 * @param record which
 * @param operation the first call that the copy has missed
 * @param calls how many it has missed, or waits for
 * @param dropped whether they will not be made any more, so that somebody has to bring the record up to date; otherwise they
 *     are kept in their order, and made once the first of them gets through
 * @param reason why, without data
 * @param changes tells this state of the record from later ones
 */
public record Missed(RecordId record, String operation, int calls, boolean dropped, String reason, long changes) {}
