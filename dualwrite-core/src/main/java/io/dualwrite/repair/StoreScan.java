package io.dualwrite.repair;

import io.dualwrite.compare.Fingerprint;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.store.KeyCodec;
import io.dualwrite.store.ScannableStore;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Lists two plain stores page by page, {@value #PAGE} keys at a time for fingerprints, and reads each record by its key.
 * Thread-safe; blocks on the store.
 */
public final class StoreScan<R, K> implements Scan {
    private static final int PAGE = 500;

    private final KeyedStores<R, K> keyed;
    private final Sides<? extends ScannableStore<R, K>> stores;

    public StoreScan(StorePair<R, K> pair, Sides<? extends ScannableStore<R, K>> stores) {
        this(pair.stores(), stores);
    }

    /** Of stores that nothing in this process keeps apart. */
    public StoreScan(KeyedStores<R, K> keyed, Sides<? extends ScannableStore<R, K>> stores) {
        this.keyed = keyed;
        this.stores = stores;
    }

    @Override
    public List<String> keysAfter(Side side, String type, @Nullable String after, int limit) throws Exception {
        KeyCodec<K> codec = keyed.type().codec();
        K from = after == null ? null : codec.decode(after);
        return stores.of(side).keysAfter(from, limit).stream()
                .map(codec::encode)
                .toList();
    }

    @Override
    public Prints fingerprints(Side side, RecordRange range) {
        return new Pages(side, range);
    }

    private final class Pages implements Prints {
        private final Side side;
        private final RecordRange range;
        private final Deque<String> page = new ArrayDeque<>();
        private @Nullable String last;
        private @Nullable Print next;
        private boolean ended;

        Pages(Side side, RecordRange range) {
            this.side = side;
            this.range = range;
            this.last = range.first();
            if (last != null) {
                // Lists come after a key, and the first one belongs to the range.
                page.add(last);
            }
        }

        @Override
        public boolean hasNext() {
            try {
                while (next == null && !ended) {
                    advance();
                }
            } catch (RuntimeException failure) {
                throw failure;
            } catch (Exception failure) {
                if (failure instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                throw new IllegalStateException("The " + side + " could not be listed", failure);
            }
            return next != null;
        }

        @Override
        public Print next() {
            if (!hasNext() || next == null) {
                throw new NoSuchElementException("The " + side + " has no more records of " + range);
            }
            Print print = next;
            next = null;
            return print;
        }

        private void advance() throws Exception {
            if (page.isEmpty()) {
                page.addAll(keysAfter(side, range.type(), last, PAGE));
            }
            String key = page.poll();
            RecordId id = key == null ? null : new RecordId(range.type(), key);
            if (key == null || id == null || !keyed.type().isIn(range, id)) {
                ended = true;
                return;
            }
            last = key;
            R record = keyed.find(side, id);
            // Deleted since it was listed: as if it had never been.
            next = record == null ? null : new Print(key, Fingerprint.of(record));
        }

        @Override
        public void close() {
            page.clear();
            ended = true;
        }
    }
}
