package io.dualwrite.examples.orders;

import io.dualwrite.examples.orders.ledger.Book;
import io.dualwrite.examples.orders.ledger.Ledger;
import io.dualwrite.examples.orders.ledger.Ref;
import io.dualwrite.examples.orders.shop.Entity;
import io.dualwrite.examples.orders.shop.NextOrders;
import io.dualwrite.examples.orders.shop.Order;
import io.dualwrite.examples.orders.shop.Sql;
import io.dualwrite.examples.orders.tpch.Tpch;
import io.dualwrite.examples.orders.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import javax.sql.DataSource;

/**
 * Makes the new database wrong behind the migration's back, as a script run by hand would: values changed, rows deleted,
 * rows added, all in records that no writer touches.
 */
final class Drift {
    private static final int EACH = 4;
    /** Of 32 order keys TPC-H uses eight; this one is free in each. */
    private static final int FREE_OF_32 = 20;

    private final Tpch tpch;
    private final DataSource next;
    private final Ledger ledger;
    private final SplittableRandom random;

    Drift(Tpch tpch, DataSource next, Ledger ledger, SplittableRandom random) {
        this.tpch = tpch;
        this.next = next;
        this.ledger = ledger;
        this.random = random;
    }

    /** Plants it and returns what must be found. What an earlier, killed process has spoilt already is left alone. */
    List<Ref> plant(Book book) {
        List<Long> orders = some(
                tpch.orders(),
                place -> Workload.orderInPlay(place, tpch),
                id -> book.isPlanted(Ref.order(id)),
                3 * EACH);
        List<Long> customers = some(
                tpch.customers(),
                place -> Workload.customerInPlay(place, tpch),
                id -> book.isPlanted(Ref.customer(id)),
                EACH);
        List<Ref> planted = new ArrayList<>();
        for (int at = 0; at < EACH; at++) {
            planted.add(change(orders.get(3 * at)));
            planted.add(delete(orders.get(3 * at + 1)));
            planted.add(add(orders.get(3 * at + 2)));
            planted.add(changeCustomer(customers.get(at)));
        }
        return planted;
    }

    private Ref change(long order) {
        return planted(Ref.order(order), "update sales_orders set total_cents = total_cents + 1 where id = ?", order);
    }

    private Ref changeCustomer(long customer) {
        return planted(Ref.customer(customer), "update customers set note = '' where id = ?", customer);
    }

    private Ref delete(long order) {
        return planted(Ref.order(order), "delete from sales_orders where id = ?", order);
    }

    private Ref add(long beside) {
        Order neighbour = Objects.requireNonNull(new NextOrders(next).find(beside), "an order that is there");
        long free = beside / 32 * 32 + FREE_OF_32;
        ledger.planted(Ref.order(free));
        new NextOrders(next).save(neighbour.withId(free));
        return Ref.order(free);
    }

    private Ref planted(Ref ref, String statement, long id) {
        ledger.planted(ref);
        if (new Sql(next).update(statement, id) != 1) {
            throw new IllegalStateException("The copy lacks " + ref + ", so that it cannot be made wrong");
        }
        return ref;
    }

    /** The ids of some records that nobody writes, spread over all. */
    private List<Long> some(Stream<? extends Entity> rows, LongPredicate inPlay, LongPredicate spoilt, int howMany) {
        AtomicLong place = new AtomicLong();
        List<Long> idle = rows.filter(row -> !inPlay.test(place.getAndIncrement()))
                .map(row -> Objects.requireNonNull(row.id()))
                .toList();
        return random.longs(0, idle.size())
                .mapToObj(at -> idle.get((int) at))
                .filter(id -> !spoilt.test(id))
                .distinct()
                .limit(howMany)
                .toList();
    }
}
