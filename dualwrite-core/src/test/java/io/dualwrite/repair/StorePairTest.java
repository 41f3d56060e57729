package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dualwrite.FaultyStore;
import io.dualwrite.FaultyStore.Outage;
import io.dualwrite.Order;
import io.dualwrite.compare.Equivalences;
import io.dualwrite.fence.FenceBusyException;
import io.dualwrite.fence.LocalFence;
import io.dualwrite.fence.Pace;
import io.dualwrite.journal.Journal;
import io.dualwrite.journal.MemoryJournal;
import io.dualwrite.repair.Discrepancy.Kind;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.KeyCodecs;
import io.dualwrite.store.RecordType;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StorePairTest {
    private static final RecordType<Order, Long> ORDERS =
            new RecordType<>("orders", Order.class, Long.class, KeyCodecs.of(Long.class), Order::id);
    private static final RecordId ONE = ORDERS.id(1L);
    private static final RecordId TWO = ORDERS.id(2L);

    private final Sides<FaultyStore> stores = Sides.each(side -> new FaultyStore());
    private final Sides<LocalFence> fences = Sides.each(side -> new LocalFence(
            side == Side.ORIGIN ? ControlRow.firstOrigin().authority(Stage.SHADOW) : ControlRow.firstTarget(),
            Duration.ofMillis(10),
            Pace.real()));
    private final Sides<Journal> journals = Sides.each(side -> new MemoryJournal());
    private final Sides<Checkpoints> checkpoints = Sides.each(side -> new MemoryCheckpoints());
    private final StorePair<Order, Long> pair = new StorePair<>(ORDERS, stores, fences);
    private final StoreCarrier<Order, Long> carrier = new StoreCarrier<>(pair, checkpoints);
    private final Set<RecordId> beingWritten = new HashSet<>();
    private final StoreConfirmation<Order, Long> confirmation =
            new StoreConfirmation<>(pair, journals, beingWritten::contains, Equivalences.fields());

    @Test
    void whatIsThereIsSavedAndWhatIsNotIsDeleted() throws Exception {
        stores.origin().rows.put(1L, Order.of(1, "new"));
        stores.target().rows.put(1L, Order.of(1, "old"));
        stores.target().rows.put(2L, Order.of(2, "leftover"));
        Checkpoint checkpoint = new Checkpoint(Checkpoint.BACKFILL, "orders", 1, "2", 2, false);
        carrier.carry(Side.ORIGIN, Set.of(ONE, TWO), checkpoint);
        assertThat(stores.target().rows).isEqualTo(stores.origin().rows);
        assertThat(checkpoints.target().find(Checkpoint.BACKFILL, "orders", 1)).contains(checkpoint);
        assertThat(checkpoints.target().find(Checkpoint.BACKFILL, "orders", 2)).isEmpty();
        assertThat(confirmation.unconfirmed(Side.TARGET, 9)).containsExactlyInAnyOrder(ONE, TWO);
    }

    @Test
    void aSideThatIsNoCopyIsNotWritten() {
        assertThatThrownBy(() -> carrier.carry(Side.TARGET, Set.of(ONE), null)).isInstanceOf(NotACopyException.class);
        assertThat(stores.origin().writes).hasValue(0);
    }

    @Test
    void aRecordThatComesBackWithAnotherKeyIsNotWritten() {
        stores.origin().rows.put(1L, Order.of(7, "who"));
        assertThatThrownBy(() -> carrier.carry(Side.ORIGIN, Set.of(ONE), null)).hasMessageContaining("another key");
        assertThat(stores.target().writes).hasValue(0);
    }

    @Test
    void aCallThatHangsKeepsItsRecordAndItsFenceUntilItEnds() throws Exception {
        stores.target().outage = Outage.HANGS;
        Thread hanging = new Thread(() -> carry(ONE));
        hanging.start();
        await().until(() -> stores.target().writes.get() == 1);
        ControlRow row = fences.target().read();
        assertThatThrownBy(() -> fences.target().change(row, row.retired())).isInstanceOf(FenceBusyException.class);
        Thread second = new Thread(() -> carry(ONE));
        second.start();
        await().until(() -> second.getState() == Thread.State.WAITING);
        assertThat(stores.target().writes).hasValue(1);
        second.interrupt();
        second.join();
        hanging.interrupt();
        hanging.join();
        assertThat(fences.target().change(row, row.retired())).isNotNull();
    }

    @Test
    void nothingIsConfirmedOnceTheJournalIsSwitchedOff() throws Exception {
        stores.origin().rows.put(1L, Order.of(1, "a"));
        stores.target().rows.put(1L, Order.of(1, "b"));
        ControlRow row = fences.origin().read();
        fences.origin().change(row, row.authority(Stage.OFF));
        assertThat(confirmation.confirm(Side.ORIGIN, Set.of(ONE))).isEmpty();
    }

    @Test
    void onlyWhatDiffersWithoutAnIntentIsConfirmed() throws Exception {
        stores.origin().rows.put(1L, Order.of(1, "a"));
        stores.target().rows.put(1L, Order.of(1, "b"));
        journals.origin().append(List.of(ONE));
        assertThat(confirmation.confirm(Side.ORIGIN, Set.of(ONE))).isEmpty();
        journals.origin().remove(journals.origin().seen(List.of(ONE)));
        beingWritten.add(ONE);
        assertThat(confirmation.confirm(Side.ORIGIN, Set.of(ONE))).isEmpty();
        beingWritten.clear();
        assertThat(confirmation.confirm(Side.ORIGIN, Set.of(ONE)))
                .containsExactly(new Discrepancy(ONE, Kind.DIFFERENT, List.of("customer")));
    }

    @Test
    void missingAndExtraRecordsAreToldApart() throws Exception {
        stores.origin().rows.put(1L, Order.of(1, "a"));
        stores.target().rows.put(2L, Order.of(2, "b"));
        assertThat(confirmation.confirm(Side.ORIGIN, Set.of(ONE)))
                .extracting(Discrepancy::kind)
                .containsExactly(Kind.MISSING);
        assertThat(confirmation.confirm(Side.ORIGIN, Set.of(TWO)))
                .extracting(Discrepancy::kind)
                .containsExactly(Kind.EXTRA);
    }

    @Test
    void aConfirmedRecordLeavesTheListAndADifferentOneStays() throws Exception {
        stores.origin().rows.put(1L, Order.of(1, "a"));
        carrier.carry(Side.ORIGIN, Set.of(ONE), null);
        stores.target().rows.remove(1L);
        confirmation.confirm(Side.ORIGIN, Set.of(ONE));
        assertThat(confirmation.unconfirmed(Side.TARGET, 9)).containsExactly(ONE);
        carrier.carry(Side.ORIGIN, Set.of(ONE), null);
        confirmation.confirm(Side.ORIGIN, Set.of(ONE));
        assertThat(confirmation.unconfirmed(Side.TARGET, 9)).isEmpty();
    }

    @Test
    void aScanListsEveryRecordInKeyOrderPastItsPages() throws Exception {
        for (long key = 1_200; key > 0; key--) {
            stores.origin().rows.put(key, Order.of(key, "ann"));
        }
        List<String> keys = new ArrayList<>();
        StoreScan<Order, Long> scan = new StoreScan<>(pair, stores);
        try (Scan.Prints prints = scan.fingerprints(Side.ORIGIN, RecordRange.all("orders"))) {
            prints.forEachRemaining(print -> keys.add(print.key()));
            assertThatThrownBy(prints::next).isInstanceOf(NoSuchElementException.class);
        }
        assertThat(keys).hasSize(1_200).startsWith("1", "2", "3").endsWith("1199", "1200");
        assertThat(scan.keysAfter(Side.ORIGIN, "orders", "1198", 10)).containsExactly("1199", "1200");
        assertThat(scan.keysAfter(Side.ORIGIN, "orders", "1200", 10)).isEmpty();
        try (Scan.Prints prints =
                scan.fingerprints(Side.ORIGIN, pair.stores().type().between(400L, 1_100L))) {
            keys.clear();
            prints.forEachRemaining(print -> keys.add(print.key()));
        }
        assertThat(keys).hasSize(701).startsWith("400").endsWith("1100");
        stores.origin().outage = Outage.THROWS_CHECKED;
        Scan.Prints broken = scan.fingerprints(Side.ORIGIN, RecordRange.all("orders"));
        assertThatThrownBy(broken::hasNext).hasCauseInstanceOf(IOException.class);
    }

    private void carry(RecordId record) {
        try {
            carrier.carry(Side.ORIGIN, Set.of(record), null);
        } catch (Exception ended) {
            assertThat(ended).isInstanceOf(InterruptedException.class);
        }
    }
}
