package io.dualwrite.examples.orders.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.examples.orders.shop.Customer;
import io.dualwrite.examples.orders.shop.Order;
import io.dualwrite.examples.orders.shop.OrderStatus;
import io.dualwrite.examples.orders.shop.Priority;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
    private static final Order ORDER = new Order(
            null, 0, OrderStatus.OPEN, 1234, LocalDate.of(1998, 8, 3), Priority.NOT_SPECIFIED, 9, " a; b -", 1);
    private static final Customer CUSTOMER =
            new Customer(null, "Ann", "1 High Street", 3, "25-1", -5, "BUILDING", "", 1);

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void chooseFile() {
        file = directory.resolve("ledger.txt");
    }

    @Test
    void anAcknowledgedRecordIsAsItWasMeantWithTheIdsTheStoreGenerated() {
        try (Ledger ledger = Ledger.open(file)) {
            ledger.intended("0.0.1", 3, List.of(Change.to(CUSTOMER), Change.to(ORDER)));
            ledger.acknowledged("0.0.1", 1500, List.of(70L, 80L));
        }

        Book book = Book.read(file);

        Account order = book.accounts().get(Ref.order(80));
        assertThat(book.acknowledged()).isEqualTo(1);
        assertThat(book.longestMicros()).isEqualTo(1500);
        assertThat(order.writer()).isEqualTo(3);
        assertThat(order.allows(ORDER.withId(80L).withCustomer(70), null)).isTrue();
        assertThat(order.allows(null, null)).isFalse();
        assertThat(book.accounts().get(Ref.customer(70)).allows(CUSTOMER.withId(70L), null))
                .isTrue();
    }

    @Test
    void aWriteWithoutAnEndMayOrMayNotHaveHappened() {
        Order before = ORDER.withId(80L);
        Order after = before.plus(1);
        try (Ledger ledger = Ledger.open(file)) {
            ledger.intended("0.0.1", 0, List.of(Change.to(before)));
            ledger.acknowledged("0.0.1", 1, List.of(80L));
            ledger.intended("0.0.2", 0, List.of(Change.to(after)));
        }

        Account account = Book.read(file).accounts().get(Ref.order(80));

        assertThat(account.isAmbiguous()).isTrue();
        assertThat(account.allows(before, null)).isTrue();
        assertThat(account.allows(after, null)).isTrue();
        assertThat(account.allows(null, null)).isFalse();
    }

    @Test
    void aWriteThatThrewIsCountedAndMayOrMayNotHaveHappened() {
        try (Ledger ledger = Ledger.open(file)) {
            ledger.intended("0.0.1", 0, List.of(Change.gone(Ref.order(8), 1)));
            ledger.failed("0.0.1", new IllegalStateException("no\nluck"));
        }

        Book book = Book.read(file);

        assertThat(book.failed()).isEqualTo(1);
        assertThat(book.acknowledged()).isZero();
        assertThat(book.accounts().get(Ref.order(8)).allows(ORDER, ORDER)).isTrue();
        assertThat(book.accounts().get(Ref.order(8)).allows(null, ORDER)).isTrue();
    }

    @Test
    void aRecordCreatedByAWriteWithoutAnEndIsKnownByItsContents() {
        try (Ledger ledger = Ledger.open(file)) {
            ledger.intended("0.0.1", 0, List.of(Change.to(CUSTOMER), Change.to(ORDER)));
        }

        Book book = Book.read(file);

        assertThat(book.mayHaveCreated(ORDER.withId(81L).withCustomer(71))).isTrue();
        assertThat(book.mayHaveCreated(ORDER.withId(81L).plus(1))).isFalse();
    }

    @Test
    void anIdThatIsGeneratedTwiceIsNoticed() {
        try (Ledger ledger = Ledger.open(file)) {
            for (String op : List.of("0.0.1", "0.0.2")) {
                ledger.intended(op, 0, List.of(Change.to(ORDER.withCustomer(1))));
                ledger.acknowledged(op, 1, List.of(80L));
            }
        }

        assertThat(Book.read(file).generatedTwice()).containsExactly(Ref.order(80));
    }

    @Test
    void aLineThatWasCutOffIsAnEntryThatWasNotMade() throws Exception {
        try (Ledger ledger = Ledger.open(file)) {
            ledger.intended("0.0.1", 0, List.of(Change.to(ORDER.withId(80L))));
        }
        Files.writeString(file, "A\t0.0.1\t5", StandardOpenOption.APPEND);

        Ledger.open(file).close();

        Book book = Book.read(file);
        assertThat(book.acknowledged()).isZero();
        assertThat(book.sessions()).isEqualTo(2);
        assertThat(book.open()).hasSize(1);
    }

    @Test
    void whatWasPlantedIsNoUnexpectedMismatch() {
        try (Ledger ledger = Ledger.open(file)) {
            ledger.planted(Ref.order(1));
            ledger.mismatch(Ref.order(1));
            ledger.mismatch(Ref.order(2));
        }

        Book book = Book.read(file);

        assertThat(book.unexpectedMismatches()).isEqualTo(1);
        assertThat(book.isConfirmed(Ref.order(1))).isTrue();
    }
}
