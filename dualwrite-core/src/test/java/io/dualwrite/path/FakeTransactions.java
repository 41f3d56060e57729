package io.dualwrite.path;

import io.dualwrite.fence.Transaction;
import io.dualwrite.fence.Transactions;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import java.util.ArrayList;
import java.util.List;

/** Transactions that fence nothing and remember what was noted. */
final class FakeTransactions implements Transactions {
    final List<RecordId> changed = new ArrayList<>();
    RuntimeException doom;
    final Side authority;
    Transaction open;

    FakeTransactions(Side authority) {
        this.authority = authority;
    }

    @Override
    public Transaction current() {
        return open;
    }

    @Override
    public <T> T write(Work<T> work) throws Exception {
        return work.run(transaction());
    }

    @Override
    public <T> T read(Side side, boolean asCopy, Reading<T> reading) throws Exception {
        return reading.on(side);
    }

    Transaction transaction() {
        return new Transaction() {
            @Override
            public Side side() {
                return authority;
            }

            @Override
            public void changed(RecordId record) {
                changed.add(record);
            }

            @Override
            public void mustRollBack(RuntimeException why) {
                doom = why;
            }
        };
    }
}
