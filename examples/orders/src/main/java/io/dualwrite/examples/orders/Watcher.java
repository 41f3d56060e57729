package io.dualwrite.examples.orders;

import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.FellBack;
import io.dualwrite.event.MigrationEvent.MismatchConfirmed;
import io.dualwrite.event.MigrationEvent.ShadowCompared;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.examples.orders.console.Progress;
import io.dualwrite.examples.orders.ledger.Kind;
import io.dualwrite.examples.orders.ledger.Ledger;
import io.dualwrite.examples.orders.ledger.Ref;
import io.dualwrite.examples.orders.shop.Customer;
import io.dualwrite.examples.orders.shop.MigratingShop;
import io.dualwrite.stage.RecordId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Keeps count of what the migration tells about itself. Thread-safe. */
final class Watcher implements MigrationListener {
    private final Ledger ledger;
    private final LongAdder compared = new LongAdder();
    private final LongAdder candidates = new LongAdder();
    private final LongAdder confirmed = new LongAdder();
    private final LongAdder fellBack = new LongAdder();
    private final Map<String, Long> doneByType = new ConcurrentHashMap<>();
    private volatile @Nullable Progress progress;

    Watcher(Ledger ledger) {
        this.ledger = ledger;
    }

    @Override
    public void on(MigrationEvent event) {
        if (event instanceof ShadowCompared shadow) {
            compared.increment();
            candidates.add(shadow.equal() ? 0 : 1);
        } else if (event instanceof MismatchConfirmed mismatch) {
            confirmed.increment();
            ledger.mismatch(ref(mismatch.record()));
        } else if (event instanceof FellBack) {
            fellBack.increment();
        } else if (event instanceof MigrationEvent.Progress going) {
            show(going);
        }
    }

    /** From here on the progress of long jobs is shown there. */
    void showProgressOn(Progress next) {
        doneByType.clear();
        progress = next;
    }

    /** Reads repeated on the copy and compared. */
    long compared() {
        return compared.sum();
    }

    /** Those among them that differed at first sight; most were in flight. */
    long candidates() {
        return candidates.sum();
    }

    /** Records confirmed to differ. */
    long confirmed() {
        return confirmed.sum();
    }

    /** Reads that one side failed to answer, so that the other did. */
    long fellBack() {
        return fellBack.sum();
    }

    private void show(MigrationEvent.Progress going) {
        Progress shown = progress;
        if (shown != null) {
            doneByType.put(going.type(), going.done());
            shown.at(doneByType.values().stream().mapToLong(Long::longValue).sum());
        }
    }

    private static Ref ref(RecordId record) {
        Kind kind = MigratingShop.entity(record) == Customer.class ? Kind.CUSTOMER : Kind.ORDER;
        return new Ref(kind, Long.parseLong(record.key()));
    }
}
