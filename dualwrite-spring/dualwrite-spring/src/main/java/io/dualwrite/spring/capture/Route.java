package io.dualwrite.spring.capture;

import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.SQLException;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Where connections of a capturing DataSource lead. Thread-safe. */
final class Route {
    private final Sides<Supplier<DataSource>> pools;
    private final Sides<Capture> captures;
    private final @Nullable Side only;
    private volatile boolean fencesAtBegin;

    private Route(Sides<Supplier<DataSource>> pools, Sides<Capture> captures, @Nullable Side only) {
        this.pools = pools;
        this.captures = captures;
        this.only = only;
    }

    /** Always to one side. */
    static Route to(Side side, DataSource pool, Capture capture) {
        return new Route(Sides.each(any -> () -> pool), Sides.each(any -> capture), side);
    }

    /** To the side that has the authority. */
    static Route following(DataSource origin, Supplier<DataSource> target, Sides<Capture> captures) {
        return new Route(new Sides<>(() -> origin, target), captures, null);
    }

    /** Always to one side of a route that follows. */
    Route pinned(Side side) {
        return new Route(pools, captures, side);
    }

    /** The side that this node takes for the one that has the authority; while a thread keeps to one side, that. */
    Side leader() {
        if (only != null) {
            return only;
        }
        Side kept = keptSide();
        return kept == null ? captures.origin().leader() : kept;
    }

    private static @Nullable Side keptSide() {
        Side reading = ReadingSide.current();
        return reading == null ? WorkingSide.current() : reading;
    }

    /** As {@link #leader}, once no handover goes on, or as long as writers wait has passed. */
    Side settledLeader() throws SQLException {
        if (only == null && keptSide() == null) {
            captures.origin().awaitAuthority();
        }
        return leader();
    }

    boolean follows() {
        return only == null;
    }

    /** Whether a transaction is fenced where it begins, and not moved by its first statement. */
    boolean fencesAtBegin() {
        return fencesAtBegin;
    }

    void fenceAtBegin() {
        fencesAtBegin = true;
    }

    /** Where a connection that is taken now begins. Waits while a handover goes on, as long as writers do. */
    Side begin() throws SQLException {
        if (only != null) {
            captures.of(only).prepare();
            return only;
        }
        Side side = settledLeader();
        captures.of(side).prepare();
        return side;
    }

    Capture capture(Side side) {
        return captures.of(side);
    }

    DataSource pool(Side side) {
        return pools.of(side).get();
    }
}
