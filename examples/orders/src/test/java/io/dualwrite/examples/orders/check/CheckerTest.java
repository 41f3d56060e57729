package io.dualwrite.examples.orders.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.examples.orders.check.Verdict.Wrong;
import io.dualwrite.examples.orders.console.Teller;
import io.dualwrite.examples.orders.ledger.Book;
import io.dualwrite.examples.orders.ledger.Change;
import io.dualwrite.examples.orders.ledger.Ledger;
import io.dualwrite.examples.orders.ledger.Ref;
import io.dualwrite.examples.orders.shop.LegacyOrders;
import io.dualwrite.examples.orders.shop.NextCustomers;
import io.dualwrite.examples.orders.shop.NextOrders;
import io.dualwrite.examples.orders.shop.Order;
import io.dualwrite.examples.orders.shop.Schemas;
import io.dualwrite.examples.orders.shop.Sql;
import io.dualwrite.examples.orders.tpch.Loader;
import io.dualwrite.examples.orders.tpch.Tpch;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckerTest {
    private static final Tpch TPCH = new Tpch(0.001);
    private static final long TOUCHED = 1;
    private static final long UNTOUCHED = 2;

    private final JdbcConnectionPool legacy = inMemory();
    private final LegacyOrders orders = new LegacyOrders(legacy);

    @TempDir
    private Path directory;

    private Ledger ledger;
    private Order acknowledged;

    @BeforeEach
    void loadAndChangeOneOrder() throws Exception {
        Teller teller = new Teller(new PrintStream(OutputStream.nullOutputStream()), false);
        new Loader(TPCH, teller.measure("rows", 1)).load(legacy);
        ledger = Ledger.open(directory.resolve("ledger.txt"));
        acknowledged = Objects.requireNonNull(orders.find(TOUCHED)).plus(100);
        orders.save(acknowledged);
        ledger.intended("0.0.1", 0, List.of(Change.to(acknowledged)));
        ledger.acknowledged("0.0.1", 10, List.of(TOUCHED));
    }

    @AfterEach
    void close() {
        ledger.close();
        dispose(legacy);
    }

    @Test
    void nothingIsWrongWithAStoreThatIsAsTheLedgerAndTheGeneratorSay() throws Exception {
        assertThat(judge().examples()).isEmpty();
    }

    @Test
    void anAcknowledgedWriteThatIsMissingIsLost() throws Exception {
        orders.save(acknowledged.plus(-100));

        assertThat(judge().all(Wrong.LOST)).containsExactly(Ref.order(TOUCHED));
    }

    @Test
    void aTouchedRecordThatIsGoneIsLost() throws Exception {
        orders.delete(TOUCHED);

        assertThat(judge().all(Wrong.LOST)).containsExactly(Ref.order(TOUCHED));
    }

    @Test
    void anUntouchedRecordThatChangedOrIsGoneIsLost() throws Exception {
        orders.save(Objects.requireNonNull(orders.find(UNTOUCHED)).plus(1));
        orders.delete(3);

        assertThat(judge().all(Wrong.LOST)).containsExactly(Ref.order(UNTOUCHED), Ref.order(3));
    }

    @Test
    void aRecordThatComesBackAfterItsDeletionWasAcknowledgedIsResurrected() throws Exception {
        ledger.intended("0.0.2", 0, List.of(Change.gone(Ref.order(TOUCHED), 2)));
        ledger.acknowledged("0.0.2", 10, List.of(TOUCHED));

        assertThat(judge().all(Wrong.RESURRECTED)).containsExactly(Ref.order(TOUCHED));
    }

    @Test
    void aRecordThatNobodyWroteIsResurrected() throws Exception {
        orders.save(acknowledged.withId(20L));

        assertThat(judge().all(Wrong.RESURRECTED)).containsExactly(Ref.order(20));
    }

    @Test
    void aRecordCreatedByAWriteWithoutAnEndMayBeThere() throws Exception {
        Order draft = acknowledged.withId(null).withComment("ambiguous");
        ledger.intended("0.0.2", 0, List.of(Change.to(draft)));

        assertThat(judge().examples()).isEmpty();
        orders.create(draft);
        assertThat(judge().examples()).isEmpty();
    }

    @Test
    void anAcknowledgedCreationThatIsMissingIsLost() throws Exception {
        Order draft = acknowledged.withId(null);
        ledger.intended("0.0.2", 0, List.of(Change.to(draft)));
        ledger.acknowledged("0.0.2", 10, List.of(1_000_000L));

        assertThat(judge().all(Wrong.LOST)).containsExactly(Ref.order(1_000_000));
    }

    @Test
    void recordsThatDifferBetweenTheSidesAreStale() throws Exception {
        JdbcConnectionPool next = inMemory();
        try {
            Schemas.createNext(next);
            copyEverything(next);
            new NextOrders(next).save(acknowledged.plus(1));
            new NextOrders(next).delete(UNTOUCHED);
            new NextOrders(next).save(acknowledged.withId(20L));

            Verdict verdict = new Verdict();
            checker().compare(Shelf.legacy(legacy), Shelf.next(next), verdict);

            assertThat(verdict.all(Wrong.STALE))
                    .containsExactly(Ref.order(TOUCHED), Ref.order(UNTOUCHED), Ref.order(20));
        } finally {
            dispose(next);
        }
    }

    private static JdbcConnectionPool inMemory() {
        return JdbcConnectionPool.create("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "", "");
    }

    private static void dispose(JdbcConnectionPool database) {
        new Sql(database).update("shutdown");
        database.dispose();
    }

    private static void copyEverything(DataSource next) {
        NextCustomers customers = new NextCustomers(next);
        NextOrders orders = new NextOrders(next);
        TPCH.customers().forEach(customers::save);
        TPCH.orders().forEach(orders::save);
    }

    private Verdict judge() throws Exception {
        Verdict verdict = new Verdict();
        checker().judge(Shelf.legacy(legacy), verdict);
        return verdict;
    }

    private Checker checker() {
        return new Checker(TPCH, Book.read(directory.resolve("ledger.txt")));
    }
}
