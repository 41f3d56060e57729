package io.dualwrite.repair;

import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * <strong>SPI.</strong> Lists what is on a side, in the record type's key order, without locks. Thread-safe; blocks.
 */
public interface Scan {
    /**
     * Up to {@code limit} keys (canonical text) after {@code after}, from the first when null; empty only at the end.
     */
    List<String> keysAfter(Side side, String type, @Nullable String after, int limit) throws Exception;

    /**
     * About how many records there are, as far as the store can say without counting them; empty when it cannot. For people
     * only: nothing is decided by it.
     */
    default OptionalLong estimate(Side side, String type) throws Exception {
        return OptionalLong.empty();
    }

    /** The key and fingerprint of every record in the range, both ends included, streamed with flat memory. Close it. */
    Prints fingerprints(Side side, RecordRange range) throws Exception;

    /**
     * A record's key and what stands for its contents as they would be on the origin.
     *
     * @param key canonical text
     * @param contents a text that is the same for two records exactly when their contents are: their canonical encoding
     *     itself or, where that is long, 128 bits of SHA-256 over it. Never longer than some hundred characters; may be
     *     personal, so it is in no log, event or message
     */
    record Print(String key, String contents) {
        /** Neither the key nor the contents. */
        @Override
        public String toString() {
            return "Print";
        }
    }

    /** A stream of prints; {@link Iterator#next} and {@code hasNext} throw the store's failure, unchecked. */
    interface Prints extends Iterator<Print>, AutoCloseable {
        @Override
        void close();
    }
}
