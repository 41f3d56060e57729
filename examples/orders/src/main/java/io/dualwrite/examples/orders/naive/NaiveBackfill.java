package io.dualwrite.examples.orders.naive;

import io.dualwrite.examples.orders.console.Progress;
import io.dualwrite.examples.orders.shop.Customer;
import io.dualwrite.examples.orders.shop.Entity;
import io.dualwrite.examples.orders.shop.LegacyCustomers;
import io.dualwrite.examples.orders.shop.LegacyOrders;
import io.dualwrite.examples.orders.shop.NextCustomers;
import io.dualwrite.examples.orders.shop.NextOrders;
import io.dualwrite.examples.orders.shop.Order;
import io.dualwrite.examples.orders.shop.Sql;
import io.dualwrite.examples.orders.shop.StoreException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The backfill that everybody writes first: read a page, insert what is absent. */
public final class NaiveBackfill {
    private static final Logger LOG = LoggerFactory.getLogger(NaiveBackfill.class);
    private static final int PAGE_ROWS = 10_000;

    private static final Into<Customer> CUSTOMERS =
            new Into<>("select id from customers where id between ? and ?", NextCustomers.INSERT, NextCustomers::keyed);
    private static final Into<Order> ORDERS =
            new Into<>("select id from sales_orders where id between ? and ?", NextOrders.INSERT, NextOrders::keyed);

    /** Where copies go. */
    private record Into<E>(String ids, String insert, Function<E, Object[]> values) {}

    private final Sql legacy;
    private final Sql next;
    private final Progress progress;
    private long copied;

    public NaiveBackfill(DataSource legacy, DataSource next, Progress progress) {
        this.legacy = new Sql(legacy);
        this.next = new Sql(next);
        this.progress = progress;
    }

    /** Copies everything; returns how many rows were read. */
    public long run() {
        copy(LegacyCustomers.SELECT, "c_custkey", LegacyCustomers::read, CUSTOMERS);
        copy(LegacyOrders.SELECT, "o_orderkey", LegacyOrders::read, ORDERS);
        return copied;
    }

    private <E extends Entity> void copy(String select, String key, Sql.RowReader<E> reader, Into<E> into) {
        String page = select + " where " + key + " > ? order by " + key + " limit " + PAGE_ROWS;
        List<E> rows = legacy.list(page, reader, 0L);
        while (!rows.isEmpty()) {
            long last = id(rows.get(rows.size() - 1));
            Set<Long> there = Set.copyOf(next.list(into.ids, row -> row.getLong(1), id(rows.get(0)), last));
            insert(
                    rows.stream()
                            .filter(row -> !there.contains(id(row)))
                            .map(into.values)
                            .toList(),
                    into.insert);
            copied += rows.size();
            progress.at(copied);
            rows = legacy.list(page, reader, last);
        }
    }

    private void insert(List<Object[]> rows, String statement) {
        try {
            next.batch(statement, rows);
        } catch (StoreException someCannotBeInserted) {
            rows.forEach(row -> tryTo(statement, row));
        }
    }

    private void tryTo(String insert, Object[] row) {
        try {
            next.update(insert, row);
        } catch (StoreException e) {
            LOG.info("Not copied; its customer has gone, or somebody else was faster", e);
        }
    }

    private static long id(Entity entity) {
        return Objects.requireNonNull(entity.id(), "id");
    }
}
