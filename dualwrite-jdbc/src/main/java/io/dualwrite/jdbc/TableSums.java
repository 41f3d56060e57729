package io.dualwrite.jdbc;

import io.dualwrite.repair.SummingScan.Sum;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sums that databases make of their rows: of each row the SHA-256 over all its columns, in the order of their names, each with
 * its length before it, or digested by itself; of the rows the exact sums of two times sixty bits of those. A sum needs no
 * order, so that no database has to sort for it, and unlike an exclusive or it does not lose what is there twice. Thread-safe;
 * blocks.
 */
final class TableSums {
    private static final int DIGITS = 15;
    private static final int MOST_ARGUMENTS = 50;

    private final Sides<Place> places;
    private final Tables tables;

    TableSums(Sides<Place> places, Tables tables) {
        this.places = places;
        this.tables = tables;
    }

    /** Why a table's rows cannot be summed up. */
    List<String> obstacles(String type) throws SQLException {
        List<String> reasons = new ArrayList<>();
        Sides<Dialect> engines = new Sides<>(engine(Side.ORIGIN), engine(Side.TARGET));
        if (!engines.origin().equals(engines.target())) {
            return List.of("the sides of " + type + " are different engines");
        }
        if (tables.get(type).isMapped()) {
            return List.of(type + " has a mapping, which no database knows");
        }
        TableShape origin = tables.at(places.origin(), type).shape();
        TableShape target = tables.at(places.target(), type).shape();
        if (!origin.columns().keySet().equals(target.columns().keySet())) {
            reasons.add("the tables of " + type + " have different columns");
        }
        for (Column column : origin.columns().values()) {
            Column other = target.columns().get(column.name());
            if (other != null && !isAlike(column, other)) {
                reasons.add("the column " + column.name() + " of " + type + " is declared differently on both sides");
            }
            if (engines.origin().exactText(column) == null) {
                reasons.add("the column " + column.name() + " of " + type + ", a " + column.typeName()
                        + ", is of no type whose sums are tested");
            }
        }
        return reasons;
    }

    private Dialect engine(Side side) throws SQLException {
        return places.of(side).commit(Session::dialect);
    }

    private static boolean isAlike(Column one, Column other) {
        return one.kind() == other.kind()
                && one.typeName().equalsIgnoreCase(other.typeName())
                && one.size() == other.size()
                && one.digits() == other.digits();
    }

    Sum sum(Side side, String type, @Nullable String after, @Nullable String last) throws SQLException {
        Place place = places.of(side);
        try (Session session = place.beginLong()) {
            place.servers().require(session);
            SideTable table = tables.at(place, session.connection(), type);
            KeyOrder order = new KeyOrder(session.dialect(), table);
            List<String> operators = new ArrayList<>();
            List<String> keys = new ArrayList<>();
            if (after != null) {
                operators.add(">");
                keys.add(after);
            }
            if (last != null) {
                operators.add("<=");
                keys.add(last);
            }
            String sql =
                    "select count(*), count(h), sum(" + digits(session, 1) + "), sum(" + digits(session, 1 + DIGITS)
                            + ") from (select " + session.dialect().sha256(text(session, table)) + " as h from "
                            + table.shape().quoted() + order.where(operators) + ") hashed";
            Sum sum;
            try (PreparedStatement statement = session.run().prepare(sql)) {
                order.bind(statement, keys);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    boolean all = row.getLong(2) == row.getLong(1);
                    sum = new Sum(row.getLong(1), all ? row.getString(3) + "/" + row.getString(4) : unlikeAny(side));
                }
            }
            session.commit();
            return sum;
        } catch (SQLException | IllegalStateException failure) {
            tables.forget(place);
            throw failure;
        }
    }

    /** Where the database made nothing of a row: the range has to be read, which tells more. */
    private static String unlikeAny(Side side) {
        return "not of all on the " + side;
    }

    private static String digits(Session session, int from) {
        return session.dialect().number("substr(h, " + from + ", " + DIGITS + ")");
    }

    private static String text(Session session, SideTable table) {
        return concat(table.shape().columns().values().stream()
                .sorted(Comparator.comparing(Column::name))
                .map(column -> text(session.dialect(), column))
                .toList());
    }

    /**
     * Nothing at all is another text than any value, since values have their length before them, or are digests, which all
     * have the same. It is asked of the column itself: an engine may make nothing of a value.
     */
    private static String text(Dialect dialect, Column column) {
        String digest = dialect.digest(column);
        String text = dialect.exactText(column);
        return "case when " + column.quoted() + " is not null then "
                + (digest == null ? "concat(char_length(" + text + "), ':', " + text + ")" : digest) + " else '-' end";
    }

    /** Functions take a hundred arguments at most. */
    private static String concat(List<String> texts) {
        if (texts.size() <= MOST_ARGUMENTS) {
            return "concat(" + String.join(", ", texts) + ")";
        }
        int half = texts.size() / 2;
        return "concat(" + concat(texts.subList(0, half)) + ", " + concat(texts.subList(half, texts.size())) + ")";
    }

    @Nullable String keyAt(Side side, String type, @Nullable String after, long number) throws SQLException {
        Place place = places.of(side);
        try (Session session = place.beginLong()) {
            place.servers().require(session);
            SideTable table = tables.at(place, session.connection(), type);
            KeyOrder order = new KeyOrder(session.dialect(), table);
            String sql = order.select(table.keyList(), after == null ? List.of() : List.of(">")) + " limit 1 offset "
                    + (number - 1);
            String key = null;
            try (PreparedStatement statement = session.run().prepare(sql)) {
                order.bind(statement, after == null ? List.of() : List.of(after));
                try (ResultSet result = statement.executeQuery()) {
                    if (result.next()) {
                        key = table.keyOf(new PrintReader(session.dialect(), result).row());
                    }
                }
            }
            session.commit();
            return key;
        } catch (SQLException | IllegalStateException failure) {
            tables.forget(place);
            throw failure;
        }
    }
}
