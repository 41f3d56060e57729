package io.dualwrite.stage;

import org.jspecify.annotations.Nullable;

/**
 * What a stage does with a write.
 *
 * @param authority the side that decides the outcome, or null while the authority is being handed over and writes wait
 * @param journalled whether every changed key leaves an intent in the same transaction
 * @param followed whether transfers carry journalled changes to the copy
 */
public record WritePlan(@Nullable Side authority, boolean journalled, boolean followed) {}
