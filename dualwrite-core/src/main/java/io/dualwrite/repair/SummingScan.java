package io.dualwrite.repair;

import io.dualwrite.stage.Side;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Scan} whose stores can sum up ranges of records by themselves, so that ranges which are equal need not be carried
 * over the network. Thread-safe; blocks.
 */
public interface SummingScan extends Scan {
    /**
     * Why sums of this type's records would not be the same exactly when the records are, each reason with what to do; empty
     * when they are.
     */
    List<String> obstacles(String type) throws Exception;

    /**
     * What a side makes of the records after {@code after} (from the first when null) up to {@code last} (to the end when
     * null), as one snapshot shows them.
     */
    Sum sum(Side side, String type, @Nullable String after, @Nullable String last) throws Exception;

    /** The key of the {@code number}-th record after {@code after}, counted from 1; null where there are fewer. */
    @Nullable String keyAt(Side side, String type, @Nullable String after, long number) throws Exception;

    /**
     * A range in short.
     *
     * @param rows how many records there are
     * @param digest the same for two ranges when their records are; otherwise as good as never, in 120 bits of SHA-256
     */
    record Sum(long rows, String digest) {}
}
