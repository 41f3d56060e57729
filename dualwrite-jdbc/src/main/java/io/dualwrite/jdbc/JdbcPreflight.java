package io.dualwrite.jdbc;

import io.dualwrite.event.Fault;
import io.dualwrite.fence.ControlException;
import io.dualwrite.repair.Checkpoint;
import io.dualwrite.repair.Preflight;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at both databases before something is begun there, and tells everything that is wrong at once. Changes nothing, but
 * for the library's own tables where the declaration asked for them.
 */
final class JdbcPreflight implements Preflight {
    private static final Logger LOG = LoggerFactory.getLogger(JdbcPreflight.class);

    private final Sides<Place> places;
    private final Sides<ControlRows> controls;
    private final Sides<JdbcJournal> journals;
    private final Tables tables;
    private final boolean adopting;
    private final IndexAdvice indexes;

    /** With {@code adopting}, rows that are on the target before the first start may be overwritten and removed. */
    JdbcPreflight(
            Sides<Place> places,
            Sides<ControlRows> controls,
            Sides<JdbcJournal> journals,
            Tables tables,
            boolean adopting) {
        this.places = places;
        this.controls = controls;
        this.journals = journals;
        this.tables = tables;
        this.adopting = adopting;
        this.indexes = new IndexAdvice(places, tables);
    }

    @Override
    public List<String> authority(Side side) {
        List<String> reasons = new ArrayList<>();
        if (readControl(side, reasons) != null) {
            inspect(side, reasons, session -> {
                libraryTables(session, side, reasons);
                database(session, side, reasons);
                tables(session, side, new PairCheck(), reasons);
                warnOfLateWriting(session, side);
            });
        }
        return reasons;
    }

    @Override
    public List<String> copy(Side side) {
        List<String> reasons = new ArrayList<>();
        ControlRow row = readControl(side, reasons);
        if (row == null) {
            return reasons;
        }
        PairCheck pairs = new PairCheck();
        inspect(side, reasons, session -> {
            libraryTables(session, side, reasons);
            database(session, side, reasons);
            tables(session, side, pairs, reasons);
            foreignKeys(session, side, reasons);
            if (row.generation() == 0 && !adopting) {
                rows(session, side, reasons);
            }
        });
        inspect(side.other(), reasons, session -> {
            tables(session, side.other(), pairs, reasons);
            foreignKeys(session, side.other(), reasons);
        });
        servers(reasons);
        tables.inOrder().forEach(table -> pairs.check(table, reasons));
        if (reasons.isEmpty()) {
            indexes.give();
        }
        return reasons;
    }

    @Override
    public List<String> handover(Side authority) {
        List<String> reasons = new ArrayList<>();
        Side next = authority.other();
        servers(reasons);
        verifiedSinceAdoption(authority, reasons);
        inspect(next, reasons, session -> {
            // Written and, since nobody commits, rolled back: the new authority must be able to keep a journal.
            journals.of(next).append(session.connection(), 0, List.of(new RecordId("probe", "probe")));
            warnOfLateWriting(session, next);
        });
        JdbcGenerators generators = new JdbcGenerators(places, tables);
        for (Side side : Side.values()) {
            inspect(side, reasons, session -> generators.check(session, places.of(side), reasons));
        }
        inspect(authority, reasons, session -> new MappingProof(places, tables).check(session, authority, reasons));
        return reasons;
    }

    /** No reason against anything: whoever can bear the loss may go on. */
    private void warnOfLateWriting(Session session, Side side) throws SQLException {
        for (String warning : session.dialect().durabilityWarnings(session.connection())) {
            LOG.warn("{}: {}", places.of(side), warning);
        }
    }

    private void servers(List<String> reasons) {
        for (Side side : Side.values()) {
            String doubt = controls.of(side).servers().doubt();
            if (doubt != null) {
                reasons.add(doubt);
            }
        }
    }

    /** A rollback asks for no clean pass as a rule; after another server was adopted nothing that was proved holds. */
    private void verifiedSinceAdoption(Side authority, List<String> reasons) {
        ControlRow row = readControl(authority, reasons);
        boolean adopted = row != null
                && (controls.origin().servers().wasAdoptedIn(row.generation())
                        || controls.target().servers().wasAdoptedIn(row.generation()));
        if (!adopted || row == null) {
            return;
        }
        JdbcCheckpoints checkpoints = new JdbcCheckpoints(places.target());
        inspect(Side.TARGET, reasons, session -> {
            for (Table<?, ?> table : tables.inOrder()) {
                if (!checkpoints
                        .find(Checkpoint.CLEAN_PASS, table.name(), row.generation())
                        .map(Checkpoint::done)
                        .orElse(false)) {
                    reasons.add("a server was adopted in this generation and " + table
                            + " has had no clean verification since; run verify(REPAIR) until it is clean");
                }
            }
        });
    }

    /** What is looked at over one connection. */
    private interface Look {
        void at(Session session) throws SQLException;
    }

    /** Looks at a side; what fails becomes a reason, told without what drivers quote. */
    private void inspect(Side side, List<String> reasons, Look look) {
        try (Session session = places.of(side).begin()) {
            look.at(session);
        } catch (SQLException failure) {
            reasons.add(places.of(side) + " could not be looked at (" + Fault.of(failure)
                    + "); make it reachable and readable, then try again");
        } catch (IllegalStateException | IllegalArgumentException told) {
            reasons.add(String.valueOf(told.getMessage()));
        }
    }

    private @Nullable ControlRow readControl(Side side, List<String> reasons) {
        try {
            return controls.of(side).read();
        } catch (ControlException unreadable) {
            reasons.add(String.valueOf(unreadable.getMessage()));
            return null;
        }
    }

    private void libraryTables(Session session, Side side, List<String> reasons) throws SQLException {
        for (String name : List.of(
                LibraryTables.JOURNAL,
                LibraryTables.RECHECK,
                LibraryTables.STRIPE,
                LibraryTables.CHECKPOINT,
                LibraryTables.SERVER)) {
            if (TableShape.find(session.connection(), name) == null) {
                reasons.add("The table " + name + " is missing on " + places.of(side)
                        + "; call createTables(true) on the builder, or apply the DDL that Schema prints");
            }
        }
    }

    private void database(Session session, Side side, List<String> reasons) throws SQLException {
        List<String> problems = new ArrayList<>();
        session.dialect().problems(session.connection(), problems);
        problems.forEach(problem -> reasons.add("The database of " + places.of(side) + " " + problem));
    }

    private void tables(Session session, Side side, PairCheck pairs, List<String> reasons) throws SQLException {
        pairs.note(side, session.dialect().identity(session.connection()));
        Map<String, Table<?, ?>> taken = new HashMap<>();
        for (Table<?, ?> table : tables.inOrder()) {
            TableCheck.check(session, table, side, reasons);
            TableShape shape =
                    TableShape.find(session.connection(), table.tables().of(side));
            if (shape == null) {
                continue;
            }
            pairs.note(table, side, shape);
            Table<?, ?> other = taken.put(shape.quoted(), table);
            if (other != null) {
                reasons.add("The tables " + other + " and " + table + " are both " + shape.quoted() + " on the " + side
                        + "; declare each table once");
            }
        }
    }

    private void foreignKeys(Session session, Side side, List<String> reasons) throws SQLException {
        new ForeignKeyCheck(tables, side).check(session.connection(), reasons);
    }

    private void rows(Session session, Side side, List<String> reasons) throws SQLException {
        for (Table<?, ?> table : tables.inOrder()) {
            TableShape shape =
                    TableShape.find(session.connection(), table.tables().of(side));
            if (shape != null
                    && session.run().first("select 1 from " + shape.quoted() + " limit 1", row -> row.getInt(1))
                            != null) {
                reasons.add("The table " + shape.declared() + " on the " + side + " has rows already; empty it, or call"
                        + " adoptTarget(true) on the builder to have them replaced by the origin's");
            }
        }
    }
}
