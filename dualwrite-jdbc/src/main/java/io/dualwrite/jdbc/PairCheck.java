package io.dualwrite.jdbc;

import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What must be true of the two tables of a declaration together. Shapes are noted while each side is looked at by itself;
 * what is missing on a side is told there, and keeps nothing back that can be told of the other tables. Used once, by one
 * thread.
 */
final class PairCheck {
    private final Sides<Map<String, TableShape>> shapes = new Sides<>(new HashMap<>(), new HashMap<>());
    private final Map<Side, String> databases = new EnumMap<>(Side.class);

    /** Notes what a table is like on a side. */
    void note(Table<?, ?> table, Side side, TableShape shape) {
        shapes.of(side).put(table.name(), shape);
    }

    /** Notes in which database a side was looked at. */
    void note(Side side, String database) {
        databases.put(side, database);
    }

    /** Adds a reason for everything that is wrong between the two tables, where both were noted. */
    void check(Table<?, ?> table, List<String> reasons) {
        TableShape old = shapes.origin().get(table.name());
        TableShape next = shapes.target().get(table.name());
        if (old == null || next == null) {
            return;
        }
        if (isSameDatabase() && old.quoted().equals(next.quoted())) {
            reasons.add("Both sides of " + table + " are the table " + old.declared()
                    + " in the same database; name the target's table with to(…), or correct a DataSource");
        }
        if (!table.isMapped() && !old.columns().keySet().equals(next.columns().keySet())) {
            reasons.add(
                    "The table " + table + " has the columns " + old.columns().keySet() + " on the ORIGIN and "
                            + next.columns().keySet() + " on the TARGET; declare a mapping(…) between them");
        }
        losses(table, old, next, Side.TARGET, reasons);
        losses(table, next, old, Side.ORIGIN, reasons);
        if (!table.isMapped()) {
            stricter(old, next, Side.TARGET, reasons);
            stricter(next, old, Side.ORIGIN, reasons);
        }
    }

    private boolean isSameDatabase() {
        return databases.size() == 2 && Objects.equals(databases.get(Side.ORIGIN), databases.get(Side.TARGET));
    }

    /** The copy must hold what the authority may, and after a switch the other way round. */
    private static void losses(Table<?, ?> table, TableShape from, TableShape to, Side copy, List<String> reasons) {
        for (Column column : from.columns().values()) {
            String there = table.counterpart(copy.other(), column.name());
            Column other = there == null ? null : to.columns().get(there.toLowerCase(Locale.ROOT));
            String atOrigin = copy == Side.TARGET || there == null ? column.name() : there;
            if (other == null || other.generated() || table.isFitting(atOrigin)) {
                continue;
            }
            String loss = TypeFit.loss(column, other);
            if (loss != null) {
                reasons.add("The column " + column.name() + " of " + table + " is a " + column.typeName() + " on the "
                        + copy.other() + " and a " + other.typeName() + " on the " + copy + ", which does not take "
                        + loss
                        + "; change one of them, declare a mapping(…), or, if there are no such values, call fitting(\""
                        + atOrigin + "\") on its Table (with jpa=true in Spring Boot, where it has none, add "
                        + table
                        + "." + atOrigin + " to dualwrite.migrations.<name>.fitting)");
            }
        }
    }

    /** What {@code there} accepts must not break a unique key here: it could not be brought over. */
    private static void stricter(TableShape there, TableShape here, Side side, List<String> reasons) {
        List<Set<String>> kept = new ArrayList<>();
        kept.add(Set.copyOf(there.primaryKey()));
        there.unique().forEach(columns -> kept.add(Set.copyOf(columns)));
        for (List<String> columns : here.unique()) {
            if (kept.stream().noneMatch(columns::containsAll)) {
                reasons.add("The unique key over " + columns + " of " + here.declared() + " on the " + side
                        + " has no counterpart on the " + side.other()
                        + ", which may accept records that could not be brought over; drop it, or add it there too");
            }
        }
    }
}
