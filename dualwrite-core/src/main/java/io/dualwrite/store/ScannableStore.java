package io.dualwrite.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** <strong>SPI.</strong> A store that can also list its keys in order; what backfill and verification need of a store. */
public interface ScannableStore<R, K> extends Store<R, K> {
    /**
     * Up to {@code limit} keys after {@code after} (from the first key when null) in the codec's order. An empty list, and
     * nothing else, means that there are no more.
     */
    List<K> keysAfter(@Nullable K after, int limit) throws Exception;
}
