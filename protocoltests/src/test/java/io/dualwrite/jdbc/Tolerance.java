package io.dualwrite.jdbc;

import io.dualwrite.fence.ControlException;
import io.dualwrite.fence.FenceBusyException;
import io.dualwrite.fence.StageMovedException;
import io.dualwrite.journal.JournalException;
import io.dualwrite.repair.BackfillException;
import io.dualwrite.repair.NotACopyException;
import io.dualwrite.repair.StageRefusedException;
import io.dualwrite.testkit.simulation.Baton;
import java.sql.SQLException;
import java.util.function.Consumer;

/** What may fail in a hostile world, and does no harm by failing. */
final class Tolerance {
    private final Baton baton;
    private final Consumer<String> refused;

    /** {@code refused} is told the reasons of steps that were refused. */
    Tolerance(Baton baton, Consumer<String> refused) {
        this.baton = baton;
        this.refused = refused;
    }

    /** What an actor attempts. */
    interface Deed {
        void make() throws Exception;
    }

    /** Whether it was done; what may fail in a hostile world is not passed on, everything else is. */
    boolean allows(Deed deed) throws Exception {
        try {
            deed.make();
            return true;
        } catch (SQLException
                | StageMovedException
                | FenceBusyException
                | ControlException
                | JournalException
                | NotACopyException
                | BackfillException expected) {
            baton.remark(expected.getClass().getSimpleName() + ": " + expected.getMessage());
            return false;
        } catch (StageRefusedException expected) {
            baton.remark("refused: " + expected.getMessage());
            refused.accept(String.valueOf(expected.getMessage()));
            return false;
        } catch (TableScan.ScanException expected) {
            return false;
        } catch (IllegalStateException said) {
            // A backfill, a verification or a reconciliation that finds the authority elsewhere says so in this way.
            String message = String.valueOf(said.getMessage());
            if (message.contains("the stage is")
                    || message.contains("no longer has the authority")
                    || message.contains("there is something to reconcile only")
                    || message.contains("not AUTHORITY; nothing was written")
                    || said.getCause() instanceof SQLException) {
                return false;
            }
            throw said;
        }
    }
}
