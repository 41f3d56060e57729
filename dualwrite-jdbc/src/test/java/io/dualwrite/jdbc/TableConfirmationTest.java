package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.journal.Backlog;
import io.dualwrite.journal.Claim;
import io.dualwrite.journal.Intent;
import io.dualwrite.journal.Journal;
import io.dualwrite.journal.Postponement;
import io.dualwrite.repair.Discrepancy;
import io.dualwrite.repair.Discrepancy.Kind;
import io.dualwrite.repair.NotACopyException;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("pairings")
@ParameterizedClass
@MethodSource("io.dualwrite.jdbc.Engines#pairs")
final class TableConfirmationTest {
    private final Shop shop;
    private final Sides<JdbcJournal> journals;
    private final TableConfirmation confirmation;
    private final Set<RecordId> all = new HashSet<>(Shop.ids(Shop.CUSTOMERS, 1, 2, 3, 4, 5));

    TableConfirmationTest(Engine origin, Engine target) {
        shop = new Shop(origin, target).withTables().atShadow();
        journals = Sides.each(side -> new JdbcJournal(shop.made.places().of(side)));
        confirmation = new TableConfirmation(shop.made.places(), shop.made.controls(), journals, shop.made.tables());
    }

    @BeforeEach
    void differ() {
        shop.origin().run("insert into customer values (1, 'same'), (2, 'here'), (3, 'new')");
        shop.target().run("insert into customers values (1, 'same', 1), (3, 'old', 1), (4, 'there', 1)");
    }

    @Test
    void whatDiffersWithNoIntentIsConfirmedWithItsKindAndFields() throws Exception {
        assertThat(confirmation.confirm(Side.ORIGIN, all))
                .containsExactlyInAnyOrder(
                        new Discrepancy(Shop.CUSTOMERS.id(2L), Kind.MISSING, List.of()),
                        new Discrepancy(Shop.CUSTOMERS.id(3L), Kind.DIFFERENT, List.of("name")),
                        new Discrepancy(Shop.CUSTOMERS.id(4L), Kind.EXTRA, List.of()));
    }

    @Test
    void onTheWayBackTheKindsAreSeenFromTheNewAuthority() throws Exception {
        shop.atLive();
        assertThat(confirmation.confirm(Side.TARGET, all))
                .extracting(each -> each.record().key() + each.kind())
                .containsExactlyInAnyOrder("2EXTRA", "3DIFFERENT", "4MISSING");
    }

    @Test
    void whatDiffersWithAnIntentOpenIsInFlight() throws Exception {
        journals.origin().append(Shop.ids(Shop.CUSTOMERS, 2, 3, 4));
        assertThat(confirmation.confirm(Side.ORIGIN, all)).isEmpty();
    }

    @Test
    void whereChangesLeaveNoIntentsAnyMoreHavingNoneMeansNothing() throws Exception {
        shop.atLive();
        ControlRow live = shop.made.controls().target().read();
        shop.made.controls().target().change(live, live.authority(Stage.COMPLETE));
        assertThat(confirmation.confirm(Side.TARGET, all)).isEmpty();
    }

    @Test
    void onlyWhatIsEqualNeedsNoMoreChecking() throws Exception {
        try (Session session = shop.made.places().target().begin()) {
            new RecheckList(shop.made.places().target()).add(session, all);
            session.commit();
        }
        journals.origin().append(Shop.ids(Shop.CUSTOMERS, 2));
        confirmation.confirm(Side.ORIGIN, all);
        assertThat(confirmation.unconfirmed(Side.TARGET, 100))
                .containsExactlyInAnyOrderElementsOf(Shop.ids(Shop.CUSTOMERS, 2, 3, 4));
        assertThat(confirmation.unconfirmed(Side.TARGET, 2)).hasSize(2);
        assertThat(confirmation.unconfirmed(Side.ORIGIN, 100)).isEmpty();
    }

    @Test
    void aWriteCommittedWhileConfirmingIsNoDifference() throws Exception {
        // The write comes between the reading of the copy and that of the journal: it must be seen with its intent.
        TableConfirmation late = new TableConfirmation(
                shop.made.places(),
                shop.made.controls(),
                Sides.each(side -> new WritingJournal(journals.of(side))),
                shop.made.tables());
        assertThat(late.confirm(Side.ORIGIN, new HashSet<>(Shop.ids(Shop.CUSTOMERS, 3))))
                .isEmpty();
    }

    /** Before it is read, somebody else's write and its intent are committed. */
    private record WritingJournal(JdbcJournal journal) implements Journal {
        @Override
        public List<Intent> seen(Collection<RecordId> records) {
            journal.append(records);
            return journal.seen(records);
        }

        @Override
        public void append(Collection<RecordId> records) {
            journal.append(records);
        }

        @Override
        public List<RecordId> claim(Claim claim) {
            return journal.claim(claim);
        }

        @Override
        public List<Intent> ranges(String type) {
            return journal.ranges(type);
        }

        @Override
        public void remove(Collection<Intent> intents) {
            journal.remove(intents);
        }

        @Override
        public void postpone(Collection<RecordId> records, Postponement postponement) {
            journal.postpone(records, postponement);
        }

        @Override
        public Backlog backlog() {
            return journal.backlog();
        }
    }

    @Test
    void aMappingThatThrowsIsADifference() throws Exception {
        Table<Shop.Customer, Long> broken = Shop.CUSTOMERS.mapping(row -> row, row -> {
            throw new IllegalArgumentException("no way back");
        });
        Shop other = new Shop(shop.databases, List.of(broken));
        TableConfirmation strict =
                new TableConfirmation(other.made.places(), other.made.controls(), journals, other.made.tables());
        assertThat(strict.confirm(Side.ORIGIN, new HashSet<>(Shop.ids(broken, 1))))
                .containsExactly(new Discrepancy(Shop.CUSTOMERS.id(1L), Kind.DIFFERENT, List.of()));
    }

    @Test
    void aSideThatIsNoCopyIsNotConfirmed() {
        shop.atLive();
        assertThatThrownBy(() -> confirmation.confirm(Side.ORIGIN, all)).isInstanceOf(NotACopyException.class);
    }
}
