package io.dualwrite.jdbc;

import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Board;
import io.dualwrite.fence.Control;
import io.dualwrite.fence.Pace;
import io.dualwrite.fence.Transactions;
import io.dualwrite.jdbc.Scenario.Start;
import io.dualwrite.journal.Journal;
import io.dualwrite.repair.Carrier;
import io.dualwrite.repair.Checkpoints;
import io.dualwrite.repair.Confirmation;
import io.dualwrite.repair.Generators;
import io.dualwrite.repair.Handover;
import io.dualwrite.repair.HandoverSettings;
import io.dualwrite.repair.Relay;
import io.dualwrite.repair.Scan;
import io.dualwrite.repair.Transfer;
import io.dualwrite.repair.Verifier;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** How the nodes of a simulation are put together. This one is right; each wrong variation of the protocol changes one thing. */
public class Variation {
    /** What the tests call it. */
    public String name() {
        return "as it should be";
    }

    /** Rewrites the statements of writers' transactions. */
    UnaryOperator<String> writersSql() {
        return UnaryOperator.identity();
    }

    /** Rewrites the statements of the library's own sessions. */
    UnaryOperator<String> librarysSql() {
        return UnaryOperator.identity();
    }

    /** Before each run. */
    void begin() {}

    /** Where lives begin that are likely to show the mistake; null for anywhere. */
    @Nullable Start start() {
        return null;
    }

    /** Whether every life has writers that change records without naming them, and not just some. */
    boolean sweeps() {
        return false;
    }

    /** Whether it claims that every change has an intent at once; otherwise only the end counts. */
    boolean leavesIntentsAtOnce() {
        return true;
    }

    /** The value that a writer on this node writes; {@code number} is in no other. */
    long stamped(SimulatedNode node, long number) {
        return number;
    }

    ControlRows control(Place place) {
        return new ControlRows(place, false);
    }

    Carrier carrier(Sides<Place> places, Sides<ControlRows> controls, Tables tables, Pace pace) {
        return new TableCarrier(places, controls, tables);
    }

    Transfer transfer(Sides<Journal> journals, Carrier carrier, Pace pace) {
        return new Transfer(journals, carrier);
    }

    Confirmation confirmation(
            Sides<Place> places, Sides<ControlRows> controls, Sides<JdbcJournal> journals, Tables tables) {
        return new TableConfirmation(places, controls, journals, tables);
    }

    Checkpoints checkpoints(Checkpoints right) {
        return right;
    }

    Scan scan(Scan right) {
        return right;
    }

    /** How the records of ranges are listed. */
    Scan scanOfRanges(Scan right) {
        return right;
    }

    /** The journal that relays work off. */
    Journal relayed(Journal right) {
        return right;
    }

    /** What a handover is made of. */
    public record HandoverParts(
            Board board,
            Sides<Control> controls,
            Sides<Journal> journals,
            Relay relay,
            Verifier verifier,
            Generators generators,
            HandoverSettings settings,
            MigrationListener listener,
            Pace pace) {}

    protected Handover handover(HandoverParts parts) {
        return new Handover(
                parts.board(),
                parts.controls(),
                parts.journals(),
                parts.relay(),
                parts.verifier(),
                parts.generators(),
                parts.settings(),
                parts.listener(),
                parts.pace());
    }

    void backfill(SimulatedNode node) throws Exception {
        node.backfill.run();
    }

    /** Whether a caller goes back to a savepoint from before the fence, and then writes. */
    boolean losesItsFence() {
        return false;
    }

    /** A strict read. */
    void read(SimulatedNode node, Transactions.Reading<Long> reading) throws Exception {
        node.transactions.read(node.board.view().leader(), false, reading);
    }

    /** After a write has committed and before its caller is told; null values are deletions. */
    void beforeAcknowledging(SimulatedNode node, Side side, Map<Long, Long> written) throws Exception {}

    /** After a write has committed; null values are deletions. */
    void afterWrite(SimulatedNode node, Side side, Map<Long, Long> written) throws Exception {}

    @Override
    public final String toString() {
        return name();
    }
}
