package io.dualwrite.jdbc;

import io.dualwrite.jdbc.TransferLeases.InDoubtException;
import io.dualwrite.jdbc.TransferLeases.Lease;
import io.dualwrite.path.TimedCalls;
import io.dualwrite.repair.Carrier;
import io.dualwrite.repair.Checkpoint;
import io.dualwrite.repair.KeyedStores;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Carries records between two stores that share no transaction with anything, one after the other, each under a {@link
 * TransferLeases lease} and each call under the deadline. A failure may leave some of a batch done, which harms nothing: the
 * intents of the whole batch stay. A transfer that was not over within its lease has perhaps written over a newer one, and
 * leaves new intents. Thread-safe; blocks.
 */
final class LeasedCarrier<R, K> implements Carrier {
    private final KeyedStores<R, K> stores;
    private final TransferLeases leases;
    private final TimedCalls calls;
    private final Sides<IntentFirstJournal> journals;
    private final JdbcCheckpoints checkpoints;
    private final Place besideTarget;

    /** {@code besideTarget} is where checkpoints are, whichever side is written. */
    LeasedCarrier(
            KeyedStores<R, K> stores,
            TransferLeases leases,
            TimedCalls calls,
            Sides<IntentFirstJournal> journals,
            Place besideTarget) {
        this.stores = stores;
        this.leases = leases;
        this.calls = calls;
        this.journals = journals;
        this.besideTarget = besideTarget;
        this.checkpoints = new JdbcCheckpoints(besideTarget);
    }

    @Override
    public void carry(Side authority, Set<RecordId> records, @Nullable Checkpoint checkpoint) throws Exception {
        try {
            leases.run(authority.other(), records, new Carrying(authority, checkpoint));
        } catch (GivenUpException late) {
            journals.of(authority).append(records);
            throw late;
        }
    }

    @Override
    public void settle(Side authority) throws Exception {
        leases.settle(authority.other());
    }

    private final class Carrying implements TransferLeases.Work {
        private final Side authority;
        private final @Nullable Checkpoint checkpoint;

        Carrying(Side authority, @Nullable Checkpoint checkpoint) {
            this.authority = authority;
            this.checkpoint = checkpoint;
        }

        @Override
        public boolean writes() {
            return true;
        }

        @Override
        public void on(RecordId record, Lease lease) throws Exception {
            R newest = calls.call(() -> Optional.ofNullable(stores.find(authority, record)))
                    .orElse(null);
            if (!lease.isTimeToWrite()) {
                throw new TimeoutException("Too much of the lease had passed before the copy was written; it was not");
            }
            try {
                calls.call(() -> {
                    stores.put(authority.other(), record, newest);
                    return record;
                });
            } catch (TimedCalls.NoThreadException notMade) {
                throw notMade;
            } catch (Exception failure) {
                throw new InDoubtException(failure);
            } catch (Error failure) {
                throw new InDoubtException(new ExecutionException(failure));
            }
        }

        @Override
        public void ended(Session session, List<RecordId> done, boolean last) throws SQLException {
            if (last && checkpoint != null) {
                new Stripes(besideTarget).lock(session, List.of(JdbcCheckpoints.stripeOf(checkpoint)));
                checkpoints.save(session, checkpoint);
            }
        }
    }
}
