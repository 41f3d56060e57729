package io.dualwrite.jdbc;

import io.dualwrite.fence.Pace;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Side;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * The library's own tables on one side of a migration: control row, journal, stripes, checkpoints and records to be
 * rechecked, all named {@code dualwrite_…}, in the connection's current schema. Either prints the statements, for Flyway,
 * Liquibase or a person, or applies them. Idempotent: what is there is left as it is, rows of a running migration above
 * all. Thread-safe; blocks on that side's database.
 */
public final class Schema {
    private final Place place;
    private final boolean withCalls;

    Schema(Place place) {
        this(place, false);
    }

    /** {@code withCalls} for stores that share no transaction with these tables. */
    Schema(Place place, boolean withCalls) {
        this.place = place;
        this.withCalls = withCalls;
    }

    /**
     * The tables of the given migration on one side.
     *
     * @throws IllegalArgumentException when the name is not 1 to 100 letters, digits, {@code .}, {@code _} or {@code -}
     */
    public static Schema of(String migration, Side side, DataSource store) {
        return new Schema(new Place(checkedName(migration), side, store, Limits.DEFAULT, Pace.real()));
    }

    /**
     * As {@link #of}, in the journal database of stores that are no databases; both sides' tables are there, so apply those
     * of both.
     */
    public static Schema ofStores(String migration, Side side, DataSource journal) {
        return new Schema(new Place(checkedName(migration), side, journal, Limits.DEFAULT, Pace.real()), true);
    }

    /** Names go into printed statements, so they are plain. */
    static String checkedName(String migration) {
        if (!migration.matches("[A-Za-z0-9._-]{1,100}")) {
            throw new IllegalArgumentException(
                    "A migration's name has 1 to 100 letters, digits, '.', '_' or '-', not '" + migration + "'");
        }
        return migration;
    }

    /** The statements for this database's engine, in order, without semicolons. */
    public List<String> statements() throws SQLException {
        try (Connection connection = place.pool().getConnection()) {
            return statements(place.dialect(connection));
        }
    }

    /** Runs the statements and commits. Safe to run by several nodes at once. */
    public void apply() throws SQLException {
        place.commit(session -> {
            Dialect.Undo lock = session.dialect().lockInstallation(session.run());
            try {
                install(session);
                session.connection().commit();
            } finally {
                lock.run();
            }
            return place;
        });
    }

    private void install(Session session) throws SQLException {
        for (String statement : statements(session.dialect())) {
            try {
                session.run().execute(statement);
            } catch (SQLException failure) {
                // Without a lock on installations two nodes may make the same thing: the second finds it there.
                boolean thereAlready =
                        Dialect.isUnique(failure) || session.dialect().isMadeAlready(failure);
                if (!thereAlready) {
                    throw failure;
                }
            }
        }
    }

    private List<String> statements(Dialect dialect) {
        List<String> statements = new ArrayList<>(dialect.tables());
        if (withCalls) {
            statements.add(LibraryTables.calls(dialect.words()));
        }
        String mine = "'" + place.migration() + "', '" + place.side() + "', n";
        ControlRow first = place.side() == Side.ORIGIN ? ControlRow.firstOrigin() : ControlRow.firstTarget();
        statements.add("insert into " + LibraryTables.CONTROL
                + " (migration, side, stripe, role, stage, handover, version, journalled, generation) select " + mine
                + ", '" + first.role() + "', '" + first.stage() + "', 0, 0, false, 0 from "
                + dialect.series(dialect.controlStripes()) + unless(LibraryTables.CONTROL));
        statements.add("insert into " + LibraryTables.STRIPE + " (migration, side, stripe) select " + mine + " from "
                + dialect.series(LibraryTables.STRIPES) + unless(LibraryTables.STRIPE));
        return statements;
    }

    private String unless(String table) {
        return " where not exists (select 1 from " + table + " where migration = '" + place.migration()
                + "' and side = '" + place.side() + "')";
    }
}
