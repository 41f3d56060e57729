package io.dualwrite.examples.orders.ledger;

import io.dualwrite.examples.orders.shop.Entity;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the ledger says of one record: how it was last acknowledged to be, and how it may be instead. Not thread-safe. */
public final class Account {
    private final int writer;
    private @Nullable Change acknowledged;
    private final List<Change> possible = new ArrayList<>();

    Account(int writer) {
        this.writer = writer;
    }

    void acknowledge(Change change) {
        acknowledged = change;
        possible.clear();
    }

    void leaveOpen(Change change) {
        possible.add(change);
    }

    /** The only writer that touches the record. */
    public int writer() {
        return writer;
    }

    /** The last acknowledged change; null when there is none, and the record is as it was loaded. */
    public @Nullable Change acknowledged() {
        return acknowledged;
    }

    /** Whether a write was begun whose end is not known: killed in between, or failed. */
    public boolean isAmbiguous() {
        return !possible.isEmpty();
    }

    /**
     * Whether the record may be like this.
     *
     * @param loaded how it was loaded, null when it was not there
     */
    public boolean allows(@Nullable Entity found, @Nullable Entity loaded) {
        Entity settled = acknowledged == null ? loaded : acknowledged.after();
        return Objects.equals(found, settled)
                || possible.stream().anyMatch(change -> Objects.equals(found, change.after()));
    }

    /** Whether the record may be there at all. */
    public boolean allowsPresence(@Nullable Entity loaded) {
        Entity settled = acknowledged == null ? loaded : acknowledged.after();
        return settled != null || possible.stream().anyMatch(change -> change.after() != null);
    }
}
