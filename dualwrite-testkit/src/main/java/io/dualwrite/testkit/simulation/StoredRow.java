package io.dualwrite.testkit.simulation;

import org.jspecify.annotations.Nullable;

/**
 * A row with all its versions, newest first. Only the transaction that holds its lock exclusively adds one. A row that was
 * deleted and inserted again is another row.
 */
final class StoredRow {
    /** A state of the row; without values it is deleted. */
    static final class Version {
        final StoreTransaction writer;
        final @Nullable Object @Nullable [] values;

        @Nullable Version older;

        Version(StoreTransaction writer, @Nullable Object @Nullable [] values, @Nullable Version older) {
            this.writer = writer;
            this.values = values;
            this.older = older;
        }
    }

    final StoreLocks.Lock lock;

    @Nullable Version newest;

    StoredRow(String table) {
        this.lock = new StoreLocks.Lock(table, false);
    }

    /** What a snapshot shows of it to that transaction; null when nothing. */
    @Nullable Version visible(long snapshot, @Nullable StoreTransaction to) {
        for (Version version = newest; version != null; version = version.older) {
            if (version.writer == to || (version.writer.isCommitted() && version.writer.committedAt() <= snapshot)) {
                return version;
            }
        }
        return null;
    }

    /** The newest state that will stay, or that this transaction has made itself. */
    @Nullable Version newestCommitted(StoreTransaction to) {
        return visible(Long.MAX_VALUE, to);
    }

    /** Adds a version, to be taken back if its writer does not commit. */
    void write(StoreTransaction writer, @Nullable Object @Nullable [] values) {
        Version before = newest;
        newest = new Version(writer, values, before);
        writer.undo(() -> newest = before);
    }

    /** Drops what was committed later. */
    void forgetAfter(long commit) {
        while (newest != null && newest.writer.committedAt() > commit) {
            newest = newest.older;
        }
    }

    /** Drops versions that nobody can see any more; whether the whole row may go. */
    boolean prune(long horizon) {
        if (newest == null) {
            return true;
        }
        for (Version version = newest; version != null; version = version.older) {
            if (version.writer.isCommitted() && version.writer.committedAt() <= horizon) {
                version.older = null;
                return version == newest && version.values == null;
            }
        }
        return false;
    }
}
