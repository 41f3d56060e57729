package io.dualwrite.fence;

import io.dualwrite.stage.Side;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * What a migration gives to the transactions of its stores.
 *
 * @param board where to look for the side that has the authority, and to note rows read on the way
 * @param hook told after each commit
 * @param onExpired called by a writer that found a side closed past its deadline; opens it again where that is still right
 * @param writersWait how long a writer waits for a handover before it gives up
 * @param pace time and waiting
 */
public record FenceContext(Board board, CommitHook hook, Consumer<Side> onExpired, Duration writersWait, Pace pace) {}
