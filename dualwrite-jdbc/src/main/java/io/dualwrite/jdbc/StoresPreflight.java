package io.dualwrite.jdbc;

import io.dualwrite.event.Fault;
import io.dualwrite.fence.ControlException;
import io.dualwrite.path.TimedCalls;
import io.dualwrite.repair.Checkpoint;
import io.dualwrite.repair.Preflight;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.store.ScannableStore;
import io.dualwrite.store.Store;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What must be true of two stores and of the database of their journal. Before the authority is handed over somebody has to
 * answer for the one thing that no check can find out: that no call takes effect later than the grace after it was begun.
 * Thread-safe; blocks.
 */
final class StoresPreflight<R, K> implements Preflight {
    private static final Logger LOG = LoggerFactory.getLogger(StoresPreflight.class);

    private final IntentFirstTransactions.Kept kept;
    private final Sides<? extends ControlRows> controls;
    private final Sides<? extends Store<R, K>> stores;
    private final Declared declared;
    private final TimedCalls timed;

    /**
     * What was declared.
     *
     * @param type the records' name
     * @param adopting whether records found on the target may be replaced
     * @param grace how long calls take
     * @param answered whether somebody answers for that
     */
    record Declared(String type, boolean adopting, Duration grace, BooleanSupplier answered) {}

    StoresPreflight(
            IntentFirstTransactions.Kept kept,
            Sides<? extends ControlRows> controls,
            Sides<? extends Store<R, K>> stores,
            Declared declared,
            TimedCalls timed) {
        this.kept = kept;
        this.controls = controls;
        this.stores = stores;
        this.declared = declared;
        this.timed = timed;
    }

    @Override
    public List<String> authority(Side side) {
        List<String> reasons = new ArrayList<>();
        if (control(side, reasons) != null) {
            journal(side, reasons);
            store(side, false, reasons);
        }
        return reasons;
    }

    @Override
    public List<String> copy(Side side) {
        List<String> reasons = new ArrayList<>();
        ControlRow row = control(side, reasons);
        if (row == null) {
            return reasons;
        }
        journal(side, reasons);
        doubts(reasons);
        store(side, row.generation() == 0 && !declared.adopting(), reasons);
        return reasons;
    }

    @Override
    public List<String> handover(Side authority) {
        List<String> reasons = new ArrayList<>();
        ControlRow row = control(authority, reasons);
        journal(authority.other(), reasons);
        doubts(reasons);
        if (row != null) {
            verifiedSinceAdoption(row, reasons);
        }
        store(authority.other(), false, reasons);
        if (!declared.answered().getAsBoolean()) {
            reasons.add(
                    "neither store can tell a late call from a new one, so that somebody has to answer for it that no"
                            + " call takes effect more than " + declared.grace()
                            + " after it was begun, and that no process is stopped for longer meanwhile and then goes on: call"
                            + " approve(LIVE, who)");
        }
        return reasons;
    }

    private @Nullable ControlRow control(Side side, List<String> reasons) {
        try {
            return controls.of(side).read();
        } catch (ControlException unreadable) {
            reasons.add(String.valueOf(unreadable.getMessage()));
            return null;
        }
    }

    /** Intents and calls can be noted there: written, and rolled back since nobody commits. */
    private void journal(Side side, List<String> reasons) {
        List<RecordId> probe = List.of(new RecordId("probe", "probe"));
        try (Session session = kept.places().of(side).begin()) {
            kept.journals().of(side).append(session.connection(), 0, probe);
            kept.calls()
                    .of(side)
                    .begin(session.run(), UUID.randomUUID().toString(), CallsUnderWay.Purpose.WRITE, 0, probe);
            List<String> problems = new ArrayList<>();
            session.dialect().problems(session.connection(), problems);
            problems.forEach(problem ->
                    reasons.add("The journal database of " + kept.places().of(side) + " " + problem));
            for (String warning : session.dialect().durabilityWarnings(session.connection())) {
                LOG.warn(
                        "The journal database of {} may forget intents: {}",
                        kept.places().of(side),
                        warning);
            }
        } catch (SQLException failure) {
            reasons.add("The journal database of " + kept.places().of(side) + " takes no intents (" + Fault.of(failure)
                    + "); make it reachable, call createTables(true) on the builder or apply the DDL of"
                    + " Schema.ofStores");
        }
    }

    private void doubts(List<String> reasons) {
        for (Side side : Side.values()) {
            String doubt = kept.places().of(side).servers().doubt();
            if (doubt != null) {
                reasons.add(doubt);
            }
        }
    }

    /** What another server of the journal's has forgotten, only a verification finds. */
    private void verifiedSinceAdoption(ControlRow row, List<String> reasons) {
        boolean adopted = kept.places().origin().servers().wasAdoptedIn(row.generation())
                || kept.places().target().servers().wasAdoptedIn(row.generation());
        if (adopted
                && !new JdbcCheckpoints(kept.places().target())
                        .find(Checkpoint.CLEAN_PASS, declared.type(), row.generation())
                        .map(Checkpoint::done)
                        .orElse(false)) {
            reasons.add("the journal's server was adopted in this generation and there was no clean verification since;"
                    + " run verify(REPAIR) until it is clean");
        }
    }

    /** Looks at a store as far as that can be done without knowing a key. */
    private void store(Side side, boolean empty, List<String> reasons) {
        if (!(stores.of(side) instanceof ScannableStore<R, K> listed)) {
            return;
        }
        try {
            List<K> keys = timed.call(() -> listed.keysAfter(null, 1));
            if (empty && !keys.isEmpty()) {
                reasons.add(
                        "the store of the " + side + " has records of which the migration knows nothing; empty it, or"
                                + " call adoptTarget(true) on the builder if they may be replaced and removed");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            reasons.add("the store of the " + side + " was not looked at: interrupted");
        } catch (Exception failure) {
            reasons.add("the store of the " + side + " could not be looked at (" + Fault.of(failure)
                    + "); make it reachable, then try again");
        }
    }
}
