package io.dualwrite.jdbc;

import io.dualwrite.stage.Side;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes sure that all connections of one side lead to the one server that is known for it, whose identity lies in a table
 * beside the control row. Each connection is asked once; a pool's connections are told apart by what is behind them, as far
 * as the pool lets that be seen, and asked at each use otherwise.
 *
 * <p>A failover, a restored backup or a second server behind the same address is another server: it may lack commits that
 * were acknowledged. Writes go on, since their control row came along with the data; transfers rest, so that nothing is
 * carried over that may not be true, and no handover is made, until somebody has adopted the server. A restart changes
 * nothing. Thread-safe.
 */
final class ServerWatch {
    private static final String WHERE = " where migration = ? and side = ?";

    private final Place place;
    /** What each connection was found to lead to. */
    private final Map<Connection, Server> found = Collections.synchronizedMap(new WeakHashMap<>());

    private volatile @Nullable Known known;
    private volatile @Nullable Server stranger;
    private volatile boolean told;
    private volatile boolean early;
    private volatile BiConsumer<Side, String> onStranger = (side, identity) -> {};

    /**
     * What the table says.
     *
     * @param identity of the server that was adopted, or was there first
     * @param stranger the identity of another one that somebody found since, or null
     * @param adopted the generation in which somebody adopted a server, or -1
     * @param adoptions how often somebody did
     */
    record Known(String identity, @Nullable String stranger, int adopted, int adoptions) {
        Known {
            // Noted by somebody who did not know yet that it had been adopted.
            stranger = identity.equals(stranger) ? null : stranger;
        }

        boolean is(Server server) {
            return server.unfit() == null && server.identity().equals(identity);
        }
    }

    ServerWatch(Place place) {
        this.place = place;
    }

    /** Who is told, once, when another server turns up. */
    void tell(BiConsumer<Side, String> listener) {
        onStranger = listener;
    }

    /** Reads what is known of this side's server, and notes what was found meanwhile. In a transaction of the library's own. */
    void refresh(Session session) throws SQLException {
        Server here = ask(session.connection(), session.run());
        Known read = session.run()
                .first(
                        "select identity, stranger, adopted, adoptions from " + LibraryTables.SERVER + WHERE,
                        row -> new Known(row.getString(1), row.getString(2), row.getInt(3), row.getInt(4)),
                        place.migration(),
                        place.side().name());
        if (read == null) {
            if (here.unfit() == null) {
                // Two nodes may try this at once; the second one fails on the key, and reads it the next time.
                session.run()
                        .update(
                                "insert into " + LibraryTables.SERVER
                                        + " (migration, side, identity, adopted, adoptions) values (?, ?, ?, -1, 0)",
                                place.migration(),
                                place.side().name(),
                                here.identity());
                read = new Known(here.identity(), null, -1, 0);
            }
        } else {
            Known before = known;
            Server other = stranger;
            boolean adopted = before != null && before.adoptions() != read.adoptions();
            if (adopted || (other != null && read.is(other))) {
                // Somebody has looked into it, maybe on another node, and whoever knew only what was known before
                // called
                // it a stranger once more.
                stranger = null;
            }
            judge(read, here);
            other = stranger;
            if (other != null && other.unfit() == null && !Objects.equals(read.stranger(), other.identity())) {
                session.run()
                        .update(
                                "update " + LibraryTables.SERVER + " set stranger = ?" + WHERE,
                                other.identity(),
                                place.migration(),
                                place.side().name());
            }
        }
        known = read;
        Server other = stranger;
        String seen = other != null ? other.identity() : read == null ? null : read.stranger();
        if (seen == null) {
            told = false;
        } else if (!told) {
            told = true;
            onStranger.accept(
                    place.side(), other == null || other.unfit() == null ? seen : seen + ", " + other.unfit());
        }
    }

    /** Looks at a connection that writes are about to use. Never refuses it. */
    void look(Connection connection, Statements statements) throws SQLException {
        Known expected = known;
        if (expected != null) {
            judge(expected, ask(connection, statements));
        }
    }

    /**
     * Looks at a session that a transfer, a listing or a comparison is about to use.
     *
     * @throws SQLNonTransientConnectionException when this side's server is not, or may not be, the one that is known
     */
    void require(Session session) throws SQLException {
        look(session.connection(), session.run());
        String doubt = doubt();
        if (doubt != null) {
            // As if it could not be reached: no record is to blame.
            throw new SQLNonTransientConnectionException(doubt, "08004");
        }
    }

    /** Why this side's server is not to be trusted, and what to do; null when it is the one that is known. Never blocks. */
    @Nullable String doubt() {
        Server other = stranger;
        Known expected = known;
        if (other != null && other.unfit() != null) {
            return "connections of " + place + " lead to a server that " + other.unfit()
                    + "; correct the DataSource, all of its connections must lead to the one server that takes writes, then"
                    + " call adoptServer(" + place.side() + ", who)";
        }
        String seen = other != null ? other.identity() : expected == null ? null : expected.stranger();
        return seen == null || expected == null
                ? null
                : "connections of " + place + " lead to the server " + seen + ", and the one that is known is "
                        + expected.identity() + "; make sure that there is only one, and after a failover that nothing"
                        + " acknowledged was lost, then call adoptServer(" + place.side() + ", who)";
    }

    /** As {@link Server#early}, of the server that was looked at last, if it takes writes; false before any was. Never blocks. */
    boolean isEarly() {
        return early;
    }

    /** Whether a server was adopted in this generation, so that whatever was proved before it holds no longer. */
    boolean wasAdoptedIn(int generation) {
        Known read = known;
        return read != null && read.adopted() == generation;
    }

    /** Makes the server that the session leads to the known one. */
    void adopt(Session session, int generation) throws SQLException {
        found.clear();
        Server here = ask(session.connection(), session.run());
        if (here.unfit() != null) {
            throw new IllegalStateException("The server behind " + place + " cannot be adopted: it " + here.unfit());
        }
        session.run()
                .update(
                        "update " + LibraryTables.SERVER + " set identity = ?, stranger = null, adopted = ?,"
                                + " adoptions = adoptions + 1" + WHERE,
                        here.identity(),
                        generation,
                        place.migration(),
                        place.side().name());
    }

    private void judge(Known expected, Server here) {
        if (!expected.is(here)) {
            stranger = here;
        }
    }

    private Server ask(Connection connection, Statements statements) throws SQLException {
        Connection behind = behind(connection);
        Server server = found.get(behind);
        if (server == null || server.unfit() != null) {
            // A replica is promoted, and a server opened for writes, under its connections.
            server = statements.dialect().server(statements);
            found.put(behind, server);
        }
        early = server.early() && server.unfit() == null;
        return server;
    }

    private static Connection behind(Connection connection) {
        try {
            Connection behind = connection.unwrap(Connection.class);
            return behind == null ? connection : behind;
        } catch (SQLException | RuntimeException secretive) {
            return connection;
        }
    }
}
