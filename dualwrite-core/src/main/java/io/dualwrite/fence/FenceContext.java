package io.dualwrite.fence;

import io.dualwrite.stage.Side;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What a migration gives to the transactions of its stores.
 *
 * @param board where to look for the side that has the authority, and to note rows read on the way
 * @param hook told after each commit
 * @param onExpired called by a writer that found a side closed past its deadline; opens it again where that is still right
 * @param writersWait how long a writer waits for a handover before it gives up
 * @param pace time and waiting
 * @param onOtherServer called once when a side turns out to lead to another server than the one that is known, with what
 *     was found; on any thread, so be quick
 */
public record FenceContext(
        Board board,
        CommitHook hook,
        Consumer<Side> onExpired,
        Duration writersWait,
        Pace pace,
        BiConsumer<Side, String> onOtherServer) {
    /** Without anybody who wants to be told about servers. */
    public FenceContext(Board board, CommitHook hook, Consumer<Side> onExpired, Duration writersWait, Pace pace) {
        this(board, hook, onExpired, writersWait, pace, (side, found) -> {});
    }
}
