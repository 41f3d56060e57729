package io.dualwrite.jdbc;

import io.dualwrite.journal.Intent;
import io.dualwrite.journal.Journal;
import io.dualwrite.repair.Confirmation;
import io.dualwrite.repair.Discrepancy;
import io.dualwrite.repair.Discrepancy.Kind;
import io.dualwrite.repair.NotACopyException;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Confirms under the copy's fence and stripes: reads the copy, then the authority, and then the journal. A record that
 * differs was changed after the copy's state; if that change was committed before the authority was read, its intent was
 * committed with it and is found afterwards, unless a transfer has removed it, and none can have while the stripes are held.
 * So what differs with no intent really differs. In any other order a write in flight would look like a difference.
 */
final class TableConfirmation implements Confirmation {
    private final Sides<Place> places;
    private final Sides<ControlRows> controls;
    private final Sides<? extends Journal> journals;
    private final Tables tables;

    TableConfirmation(
            Sides<Place> places, Sides<ControlRows> controls, Sides<? extends Journal> journals, Tables tables) {
        this.places = places;
        this.controls = controls;
        this.journals = journals;
        this.tables = tables;
    }

    @Override
    public List<Discrepancy> confirm(Side authority, Set<RecordId> records) throws SQLException {
        if (records.isEmpty()) {
            return List.of();
        }
        Place copy = places.of(authority.other());
        try (Session session = copy.begin()) {
            ControlRow row = controls.of(copy.side()).hold(session.run());
            if (row.role() != Role.COPY) {
                throw new NotACopyException("The control row of " + copy + " says " + row.role() + ", not COPY");
            }
            copy.servers().require(session);
            new Stripes(copy).lock(session, records);
            Map<RecordId, Row> there = read(session, copy, records);
            Map<RecordId, Row> here;
            try (Session reading = places.of(authority).begin()) {
                places.of(authority).servers().require(reading);
                here = read(reading, places.of(authority), records);
            }
            List<Discrepancy> different = compare(authority, records, here, there);
            List<Discrepancy> confirmed = withoutIntents(authority, different);
            new RecheckList(copy).remove(session, equal(records, different));
            session.commit();
            return confirmed;
        } catch (SQLException | IllegalStateException failure) {
            tables.forget(places.origin());
            tables.forget(places.target());
            throw failure;
        }
    }

    @Override
    public List<RecordId> unconfirmed(Side copy, int limit) throws SQLException {
        return new RecheckList(places.of(copy)).oldest(limit);
    }

    private List<Discrepancy> withoutIntents(Side authority, List<Discrepancy> different) {
        if (different.isEmpty()) {
            return different;
        }
        Set<RecordId> open = journals
                .of(authority)
                .seen(different.stream().map(Discrepancy::record).toList())
                .stream()
                .map(Intent::record)
                .collect(Collectors.toSet());
        List<Discrepancy> found = withoutRanges(
                authority,
                different.stream().filter(each -> !open.contains(each.record())).toList());
        return found.isEmpty() || isJournalled(authority) ? found : List.of();
    }

    /** Those that lie in no open range; a range is removed only after a transfer of each of its records, as an intent is. */
    private List<Discrepancy> withoutRanges(Side authority, List<Discrepancy> different) {
        Map<String, List<RecordRange>> open = new LinkedHashMap<>();
        different.forEach(each -> open.computeIfAbsent(
                each.record().type(),
                type -> journals.of(authority).ranges(type).stream()
                        .map(intent -> RecordRange.of(intent.record()))
                        .toList()));
        return different.stream()
                .filter(each -> open.getOrDefault(each.record().type(), List.of()).stream()
                        .noneMatch(
                                range -> tables.get(each.record().type()).type().isIn(range, each.record())))
                .toList();
    }

    /**
     * Whether changes have left intents up to now. At OFF and COMPLETE they leave none, and having none says nothing. Asked
     * last: a journal that was switched off meanwhile stays off, since beginning anew needs the copy's row, which is held.
     */
    private boolean isJournalled(Side authority) {
        return controls.of(authority).read().journalled();
    }

    private static List<RecordId> equal(Set<RecordId> records, List<Discrepancy> different) {
        Set<RecordId> not = different.stream().map(Discrepancy::record).collect(Collectors.toSet());
        return records.stream().filter(record -> !not.contains(record)).toList();
    }

    private List<Discrepancy> compare(
            Side authority, Set<RecordId> records, Map<RecordId, Row> here, Map<RecordId, Row> there)
            throws SQLException {
        List<Discrepancy> different = new ArrayList<>();
        Map<String, OriginShape> shapes = new LinkedHashMap<>();
        for (RecordId record : records) {
            Row mine = here.get(record);
            Row copied = there.get(record);
            if (mine == null && copied == null) {
                continue;
            }
            if (mine == null || copied == null) {
                different.add(new Discrepancy(record, mine == null ? Kind.EXTRA : Kind.MISSING, List.of()));
                continue;
            }
            OriginShape shape = shapes.get(record.type());
            if (shape == null) {
                shape = OriginShape.of(tables, places, record.type());
                shapes.put(record.type(), shape);
            }
            List<String> fields = fields(shape, authority, mine, copied);
            if (fields == null || !fields.isEmpty()) {
                different.add(new Discrepancy(record, Kind.DIFFERENT, fields == null ? List.of() : fields));
            }
        }
        return different;
    }

    /** The fields that differ; null when the rows cannot be compared at all, which is a difference without a name. */
    private static @Nullable List<String> fields(OriginShape shape, Side authority, Row mine, Row copied) {
        try {
            return List.copyOf(
                    authority == Side.ORIGIN ? shape.differences(mine, copied) : shape.differences(copied, mine));
        } catch (RuntimeException unmappable) {
            return null;
        }
    }

    private Map<RecordId, Row> read(Session session, Place place, Set<RecordId> records) throws SQLException {
        Map<RecordId, Row> rows = new LinkedHashMap<>();
        for (Table<?, ?> each : tables.inOrder()) {
            List<String> keys = Batches.keysOf(records, each);
            if (!keys.isEmpty()) {
                SideTable table = tables.at(place, session.connection(), each.name());
                for (List<String> list : InLists.of(keys)) {
                    session.run()
                            .list(
                                    "select " + session.dialect().selection(table.shape()) + " from "
                                            + table.shape().quoted() + table.whereKeyIn(list.size()),
                                    result -> new PrintReader(session.dialect(), result).row(),
                                    table.bind(list))
                            .forEach(row -> rows.put(table.idOfOneOf(list, row), row));
                }
            }
        }
        return rows;
    }
}
