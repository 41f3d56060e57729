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
     * A record's key and a digest of its contents as they would be on the origin.
     *
     * @param key canonical text
     * @param digest 128 bits of SHA-256 over the canonical encoding, as 32 hex digits
     */
    record Print(String key, String digest) {}

    /** A stream of prints; {@link Iterator#next} and {@code hasNext} throw the store's failure, unchecked. */
    interface Prints extends Iterator<Print>, AutoCloseable {
        @Override
        void close();
    }
}
