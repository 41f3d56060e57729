package io.dualwrite.repair;

import io.dualwrite.fence.Board;
import io.dualwrite.stage.RecordId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Records that a shadow read found different, waiting to be confirmed. Holds at most 1,000; more are dropped, since
 * whatever really differs is found again by the next read or verification. Thread-safe; only {@link #confirm} blocks.
 */
public final class Suspects {
    private static final int MOST = 1_000;

    private final Board board;
    private final Verifier verifier;
    private final BlockingQueue<RecordId> waiting = new ArrayBlockingQueue<>(MOST);

    public Suspects(Board board, Verifier verifier) {
        this.board = board;
        this.verifier = verifier;
    }

    /** Remembers a record to be confirmed; false when there are too many already. */
    public boolean add(RecordId record) {
        return waiting.offer(record);
    }

    /**
     * Confirms up to {@code most} of them, and repairs those that really differ where the policy says so. Repair only where
     * the copy is known to have had every record: elsewhere the authority itself may be the side that lacks something.
     */
    public void confirm(int most, VerifyPolicy policy) throws Exception {
        List<RecordId> some = new ArrayList<>();
        waiting.drainTo(some, most);
        if (!some.isEmpty()) {
            verifier.confirm(board.view().leader(), new LinkedHashSet<>(some), policy);
        }
    }
}
