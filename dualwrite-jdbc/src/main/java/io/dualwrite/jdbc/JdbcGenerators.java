package io.dualwrite.jdbc;

import io.dualwrite.repair.Generators;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sequences and identity columns, declared and {@linkplain FoundGenerators found}. Goes by the old generator's own state and never by the largest key in a table: numbers
 * that were given out and not used yet, or whose record was deleted again, are not in any table.
 */
final class JdbcGenerators implements Generators {
    /** How many numbers of records that never arrived are left out. */
    private static final long UNSEEN = 1_000;

    private final Sides<Place> places;
    private final Tables tables;
    private final FoundGenerators found;

    JdbcGenerators(Sides<Place> places, Tables tables) {
        this.places = places;
        this.tables = tables;
        this.found = new FoundGenerators(places, tables);
    }

    @Override
    public void ahead(Side authority) throws SQLException {
        for (Table<?, ?> table : tables.inOrder()) {
            if (table.isNumbered()) {
                ahead(table, places.of(authority), places.of(authority.other()));
            }
            found.ahead(table, authority);
        }
    }

    private void ahead(Table<?, ?> table, Place old, Place next) throws SQLException {
        GeneratorState given = old.commit(session -> state(session, old, table));
        next.commit(session -> {
            GeneratorState now = state(session, next, table);
            // Whoever takes numbers in blocks may take the block that ends with the one it is given.
            long first = Math.addExact(given.ahead(), now.increment() - 1);
            if (now.next() < first) {
                session.dialect().restart(session.run(), generator(session, next, table), first);
            }
            return now;
        });
    }

    /**
     * Sets the generators of one side ahead of the records that are there, and of as many more as {@link #UNSEEN}, when the
     * other side's cannot be asked. What that one gave out beyond is met again.
     */
    void aheadOfRecords(Side side) throws SQLException {
        Place place = places.of(side);
        for (Table<?, ?> table : tables.inOrder()) {
            if (table.isNumbered()) {
                aheadOfRecords(table, place);
            }
            found.aheadOfRows(table, side, UNSEEN);
        }
    }

    private void aheadOfRecords(Table<?, ?> table, Place place) throws SQLException {
        place.commit(session -> {
            SideTable there = tables.at(place, session.connection(), table.name());
            GeneratorState now = state(session, place, table);
            long largest = largest(session, there, now);
            long next = Math.addExact(largest, Math.multiplyExact(UNSEEN, now.increment()));
            if (now.next() < next) {
                session.dialect().restart(session.run(), generator(session, place, table), next);
            }
            return now;
        });
    }

    /** Adds a reason for every generator of a side that is missing or cannot be moved. */
    void check(Session session, Place place, List<String> reasons) throws SQLException {
        for (Table<?, ?> table : tables.inOrder()) {
            try {
                if (table.isNumbered()) {
                    state(session, place, table);
                    mayMove(session, place, table, generator(session, place, table));
                }
                TableShape shape =
                        TableShape.find(session.connection(), table.tables().of(place.side()));
                if (shape != null) {
                    for (FoundGenerators.Found each : FoundGenerators.in(table, place.side(), shape)) {
                        mayMove(session, place, table, each.generator());
                    }
                }
            } catch (IllegalStateException told) {
                reasons.add(String.valueOf(told.getMessage()));
            }
        }
    }

    private static void mayMove(Session session, Place place, Table<?, ?> table, Generator generator)
            throws SQLException {
        GeneratorState state = session.dialect().generatorState(session.run(), generator);
        if (state != null && state.increment() <= 0) {
            throw countsDown(table, generator);
        }
        if (state != null && !session.dialect().mayRestart(session.run(), generator)) {
            throw new IllegalStateException("The generator " + generator.name() + " of " + table + " on " + place
                    + " cannot be set ahead by this user; grant the right to update it");
        }
    }

    private static IllegalStateException countsDown(Table<?, ?> table, Generator generator) {
        return new IllegalStateException("The generator " + generator.name() + " of " + table
                + " counts down; only ascending ones can be moved, so use another one");
    }

    /** The largest number in the key, whichever part of it is numbered; without numbers in it, what was given out here. */
    private static long largest(Session session, SideTable there, GeneratorState now) throws SQLException {
        List<Column> numbers = there.key().stream()
                .filter(column -> Number.class.isAssignableFrom(column.kind().valueClass()))
                .toList();
        long largest = numbers.isEmpty() ? now.next() : 0;
        for (Column column : numbers) {
            Long found = session.run()
                    .first(
                            "select max(" + column.quoted() + ") from "
                                    + there.shape().quoted(),
                            row -> row.getLong(1));
            largest = Math.max(largest, found == null ? 0 : found);
        }
        return largest;
    }

    /**
     * Where the table's generator stands.
     *
     * @throws IllegalStateException when it is not there, or counts down
     */
    GeneratorState state(Session session, Place place, Table<?, ?> table) throws SQLException {
        Generator generator = generator(session, place, table);
        @Nullable GeneratorState state = session.dialect().generatorState(session.run(), generator);
        if (state == null) {
            throw new IllegalStateException("The generator " + generator.name() + " of " + table + " is not on " + place
                    + "; create it, or correct the declaration");
        }
        if (state.increment() <= 0) {
            throw countsDown(table, generator);
        }
        return state;
    }

    private Generator generator(Session session, Place place, Table<?, ?> table) throws SQLException {
        Sides<String> sequences = table.sequences();
        if (sequences != null) {
            return new Generator.Sequence(sequences.of(place.side()));
        }
        SideTable there = tables.at(place, session.connection(), table.name());
        return new Generator.Identity(there.shape(), there.key().get(0));
    }
}
