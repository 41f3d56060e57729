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

    boolean follows() {
        return only == null;
    }

    /** Where a connection that is taken now begins. Waits while a handover goes on, as long as writers do. */
    Side begin() throws SQLException {
        if (only != null) {
            captures.of(only).prepare();
            return only;
        }
        captures.origin().awaitAuthority();
        Side side = captures.origin().leader();
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
