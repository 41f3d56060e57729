package io.dualwrite.jdbc;

import io.dualwrite.repair.Scan.Print;
import io.dualwrite.stage.Side;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Prints of the rows of one result. Where rows are compared as they are, their values go straight into their canonical bytes,
 * without a {@link Row} in between: a verification spends most of its time here. Belongs to one thread.
 */
final class RowPrints {
    private final Side side;
    private final SideTable table;
    private final OriginShape shape;
    private final PrintReader reader;
    private final CanonicalBytes bytes = new CanonicalBytes();
    private final @Nullable Object[] values;
    /** Places of the columns, in the order of their names. */
    private final int[] places;

    private final List<CanonicalColumn> columns = new ArrayList<>();
    /** Places of the key's columns, in the key's order. */
    private final int[] keyPlaces;

    RowPrints(TablePrints.Source source, Dialect dialect, ResultSet result) throws SQLException {
        side = source.place().side();
        table = source.table();
        shape = source.shape();
        reader = new PrintReader(dialect, result);
        List<String> names = reader.names();
        values = new @Nullable Object[names.size()];
        places = IntStream.range(0, names.size())
                .boxed()
                .sorted(Comparator.comparing(names::get))
                .mapToInt(Integer::intValue)
                .toArray();
        for (int place : places) {
            columns.add(shape.column(names.get(place)));
        }
        keyPlaces = table.key().stream()
                .mapToInt(column -> names.indexOf(column.name()))
                .toArray();
    }

    /** The print of the result's current row. */
    Print print() throws SQLException {
        if (!shape.isPlain()) {
            Row row = reader.row();
            return new Print(table.keyOf(row), shape.print(side, row));
        }
        reader.read(values);
        return new Print(key(), contents());
    }

    private String key() {
        List<@Nullable Object> parts = new ArrayList<>(keyPlaces.length);
        for (int place : keyPlaces) {
            parts.add(values[place]);
        }
        return table.keyOf(parts);
    }

    private String contents() {
        bytes.clear();
        try {
            bytes.putInt(places.length);
            for (int at = 0; at < places.length; at++) {
                Canonical.write(bytes, columns.get(at), values[places[at]]);
            }
            return Canonical.print(bytes);
        } catch (RuntimeException unencodable) {
            return OriginShape.unlikeAny(side);
        }
    }
}
