package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.journal.Backlog;
import io.dualwrite.journal.Claim;
import io.dualwrite.journal.Intent;
import io.dualwrite.journal.Journal;
import io.dualwrite.journal.MemoryJournal;
import io.dualwrite.journal.Postponement;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransferTest {
    private final List<String> calls = new ArrayList<>();
    private final Sides<Noted> journals = Sides.each(side -> new Noted());

    @Test
    void whatWasSeenIsForgottenOnlyAfterItWasCarried() throws Exception {
        journals.origin().append(Item.records(1));

        transfer((authority, records, checkpoint) -> calls.add("carry")).transfer(Side.ORIGIN, Item.records(1));

        assertThat(calls).containsExactly("seen", "carry", "remove");
        assertThat(journals.origin().backlog().isEmpty()).isTrue();
    }

    @Test
    void anIntentAddedAfterTheLookSurvivesTheTransfer() throws Exception {
        journals.origin().append(Item.records(1));

        transfer((authority, records, checkpoint) -> journals.origin().append(Item.records(1)))
                .transfer(Side.ORIGIN, Item.records(1));

        assertThat(journals.origin().backlog().open()).isEqualTo(1);
    }

    @Test
    void aTransferThatFailsLeavesEveryIntent() {
        journals.origin().append(Item.records(1, 2));
        Exception down = new Exception("down");
        Transfer transfer = transfer((authority, records, checkpoint) -> {
            throw down;
        });

        assertThatThrownBy(() -> transfer.transfer(Side.ORIGIN, Item.records(1, 2)))
                .isSameAs(down);

        assertThat(journals.origin().backlog().open()).isEqualTo(2);
    }

    @Test
    void exactlyTheIntentsOfTheseRecordsGo() throws Exception {
        journals.origin().append(Item.records(1, 2));
        journals.target().append(Item.records(1));

        transfer((authority, records, checkpoint) -> {}).transfer(Side.ORIGIN, Item.records(1));

        assertThat(journals.origin().seen(Item.records(1, 2)))
                .extracting(Intent::record)
                .containsExactly(Item.record(2));
        assertThat(journals.target().backlog().open()).isEqualTo(1);
    }

    @Test
    void withoutAnIntentTheRecordIsCarriedAllTheSame() throws Exception {
        transfer((authority, records, checkpoint) -> calls.add("carry " + authority + records.size()))
                .transfer(Side.TARGET, Item.records(1, 2));

        assertThat(calls).containsExactly("seen", "carry TARGET2");
    }

    @Test
    void theCheckpointTravelsWithTheRecords() throws Exception {
        Checkpoint checkpoint = new Checkpoint(Checkpoint.BACKFILL, "item", 1, "7", 7, false);
        List<Checkpoint> carried = new ArrayList<>();

        transfer((authority, records, with) -> carried.add(with)).transfer(Side.ORIGIN, Item.records(7), checkpoint);

        assertThat(carried).containsExactly(checkpoint);
    }

    private Transfer transfer(Carrier carrier) {
        return new Transfer(new Sides<>(journals.origin(), journals.target()), carrier);
    }

    /** A journal that notes what is asked of it. */
    private final class Noted implements Journal {
        private final MemoryJournal inner = new MemoryJournal();

        @Override
        public void append(Collection<RecordId> records) {
            inner.append(records);
        }

        @Override
        public List<RecordId> claim(Claim claim) {
            return inner.claim(claim);
        }

        @Override
        public List<Intent> seen(Collection<RecordId> records) {
            calls.add("seen");
            return inner.seen(records);
        }

        @Override
        public List<Intent> ranges(String type) {
            return inner.ranges(type);
        }

        @Override
        public void remove(Collection<Intent> intents) {
            calls.add("remove");
            inner.remove(intents);
        }

        @Override
        public void postpone(Collection<RecordId> records, Postponement postponement) {
            inner.postpone(records, postponement);
        }

        @Override
        public Backlog backlog() {
            return inner.backlog();
        }
    }
}
