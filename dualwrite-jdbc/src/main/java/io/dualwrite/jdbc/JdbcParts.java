package io.dualwrite.jdbc;

import io.dualwrite.MigrationParts;
import io.dualwrite.fence.FenceContext;
import io.dualwrite.fence.Pace;
import io.dualwrite.repair.Carrier;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.store.RecordType;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Makes a migration's parts out of two databases and a declaration. Touches neither database. */
final class JdbcParts {
    private final Sides<DataSource> pools;
    private final Sides<Place> places;
    private final Sides<ControlRows> controls;
    private final Sides<JdbcJournal> journals;
    private final Tables tables;
    private final boolean adopting;
    private final Bindings bindings = new Bindings();

    /**
     * What is declared of a migration's databases.
     *
     * @param name the migration's name
     * @param pools the application's connections
     * @param ownPools the connections of the library's own work; may be the application's
     * @param tables the tables to move
     * @param limits how long the library's own work may take
     * @param installing whether to create the library's tables where they are missing
     * @param adopting whether rows found on the target may be replaced
     * @param pace time and waiting
     */
    record Declaration(
            String name,
            Sides<DataSource> pools,
            Sides<DataSource> ownPools,
            List<Table<?, ?>> tables,
            Limits limits,
            boolean installing,
            boolean adopting,
            Pace pace) {}

    JdbcParts(Declaration declared) {
        this.pools = declared.pools();
        this.places = Sides.each(side ->
                new Place(declared.name(), side, declared.ownPools().of(side), declared.limits(), declared.pace()));
        this.controls = Sides.each(side -> new ControlRows(places.of(side), declared.installing()));
        this.journals = Sides.each(side -> new JdbcJournal(places.of(side)));
        this.tables = new Tables(declared.tables());
        this.adopting = declared.adopting();
    }

    MigrationParts parts() {
        return parts(carrier());
    }

    /** As {@link #parts()}, with a carrier of one's own. */
    MigrationParts parts(Carrier carrier) {
        List<RecordType<?, ?>> types = new ArrayList<>();
        tables.inOrder().forEach(table -> types.add(table.type()));
        return new MigrationParts(
                types,
                Sides.each(controls::of),
                Sides.each(journals::of),
                this::transactions,
                carrier,
                new TableConfirmation(places, controls, journals, tables),
                new TableScan(places, tables),
                new JdbcCheckpoints(places.target()),
                new JdbcPreflight(places, controls, journals, tables, adopting),
                generators());
    }

    TableCarrier carrier() {
        return new TableCarrier(places, controls, tables);
    }

    JdbcTransactions transactions(FenceContext context) {
        for (Side side : Side.values()) {
            controls.of(side).servers().tell(context.onOtherServer());
        }
        WriterGate gate = new WriterGate(
                pools, controls, context.board(), context.writersWait(), context.onExpired(), context.pace());
        StrictReads reads = new StrictReads(pools, controls, context.board(), bindings, context.pace());
        return new JdbcTransactions(gate, reads, bindings, controls, journals, context.hook());
    }

    /** What to do about the changes of the target when the authority was taken from it. */
    Reconciliation reconciliation() {
        return new Reconciliation(places, controls, journals, tables, carrier(), Side.TARGET);
    }

    JdbcGenerators generators() {
        return new JdbcGenerators(places, tables);
    }

    /** What repositories of that side are built on. */
    DataSource dataSource(Side side) {
        return new TransactionBoundDataSource(side, pools.of(side), bindings);
    }

    Sides<Place> places() {
        return places;
    }

    Sides<ControlRows> controls() {
        return controls;
    }

    Tables tables() {
        return tables;
    }
}
