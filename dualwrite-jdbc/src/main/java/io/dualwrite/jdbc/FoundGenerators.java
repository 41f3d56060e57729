package io.dualwrite.jdbc;

import io.dualwrite.event.Fault;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Generators that nobody declared and that the tables have all the same: identity columns, and sequences in the defaults of
 * columns. Whether the database numbers rows by them or the application does it is not known, so that they are moved where
 * numbers would be given out again, and left alone otherwise. See docs/decisions/0030.
 */
final class FoundGenerators {
    private static final Logger LOG = LoggerFactory.getLogger(FoundGenerators.class);

    private final Sides<Place> places;
    private final Tables tables;

    /** A column and what numbers it. */
    record Found(Column column, Generator generator) {}

    FoundGenerators(Sides<Place> places, Tables tables) {
        this.places = places;
        this.tables = tables;
    }

    /** Those of a table as it is on a side; without that of a key whose generator was declared. */
    static List<Found> in(Table<?, ?> table, Side side, TableShape shape) {
        List<String> key = table.keyColumns(side).isEmpty() ? shape.primaryKey() : table.keyColumns(side);
        List<Found> found = new ArrayList<>();
        for (Column column : shape.columns().values()) {
            Generator generator = Generator.of(shape, column);
            boolean declared = table.isNumbered() && key.stream().anyMatch(column.name()::equalsIgnoreCase);
            if (generator != null && !declared) {
                found.add(new Found(column, generator));
            }
        }
        return found;
    }

    /** Sets those of the other side ahead of the authority's own, or of the rows where the authority has none. */
    void ahead(Table<?, ?> table, Side authority) throws SQLException {
        Place old = places.of(authority);
        Place next = places.of(authority.other());
        SideTable here = tables.at(old, table.name());
        SideTable there = tables.at(next, table.name());
        for (Found found : in(table, next.side(), there.shape())) {
            Column column = counterpart(found.column(), there, here);
            Generator before = column == null ? null : Generator.of(here.shape(), column);
            GeneratorState given = before == null
                    ? null
                    : old.<@Nullable GeneratorState>commit(
                            session -> session.dialect().generatorState(session.run(), before));
            next.commit(session -> {
                if (session.dialect().numbersBeyondRows() && found.generator() instanceof Generator.Identity) {
                    return false;
                }
                return given == null
                        ? beyondRows(session, there, found, 0)
                        : beyond(session, found, given.next(), given.ahead());
            });
        }
    }

    /**
     * Sets those of a side ahead of its rows, and of so many more, when the other side cannot be asked. What cannot be set is
     * told in the log: who takes the authority from a lost side is in a hurry, and may not have said that it matters.
     */
    void aheadOfRows(Table<?, ?> table, Side side, long unseen) throws SQLException {
        Place place = places.of(side);
        SideTable there = tables.at(place, table.name());
        for (Found found : in(table, side, there.shape())) {
            try {
                place.commit(session -> beyondRows(session, there, found, unseen));
            } catch (SQLException | IllegalStateException | ArithmeticException failure) {
                LOG.warn(
                        "The {} on {} could not be set ahead ({}); where the database numbers rows by it, do that before"
                                + " it gives out numbers again",
                        found.generator().name(),
                        place,
                        Fault.of(failure));
            }
        }
    }

    /** What the column is called on the other side, where that is known. */
    private static @Nullable Column counterpart(Column column, SideTable there, SideTable here) {
        int inKey = there.key().indexOf(column);
        if (inKey >= 0) {
            return here.key().get(inKey);
        }
        String name = there.table().counterpart(there.side(), column.name());
        return name == null ? null : here.shape().columns().get(name.toLowerCase(Locale.ROOT));
    }

    /** Only where something can collide, so that there is an index that knows the largest number. */
    private static boolean beyondRows(Session session, SideTable there, Found found, long unseen) throws SQLException {
        if (!found.column().isWholeNumber() || !leadsUniqueKey(there.shape(), found.column())) {
            return false;
        }
        Long largest = session.run()
                .first(
                        "select coalesce(max(" + found.column().quoted() + "), 0) from "
                                + there.shape().quoted(),
                        row -> row.getLong(1));
        long first = Math.addExact(largest == null ? 0 : largest, unseen + 1);
        return beyond(session, found, first, first);
    }

    private static boolean leadsUniqueKey(TableShape shape, Column column) {
        return shape.primaryKey().indexOf(column.name()) == 0
                || shape.unique().stream().anyMatch(columns -> columns.indexOf(column.name()) == 0);
    }

    /** Moves it to {@code first} where it would give out less than {@code least}. */
    private static boolean beyond(Session session, Found found, long least, long first) throws SQLException {
        GeneratorState now = session.dialect().generatorState(session.run(), found.generator());
        if (now == null || now.increment() <= 0) {
            return false;
        }
        // Whoever takes numbers in blocks may take the block that ends with the one it is given.
        long block = now.increment() - 1;
        if (now.next() >= Math.addExact(least, block)) {
            return false;
        }
        session.dialect().restart(session.run(), found.generator(), Math.addExact(first, block));
        return true;
    }
}
