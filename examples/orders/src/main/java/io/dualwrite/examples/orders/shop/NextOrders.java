package io.dualwrite.examples.orders.shop;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Orders in the new schema: money in cents, the status by name, the priority's rank and label apart. */
public final class NextOrders implements OrderRepository {
    /** All columns of an order, as {@link #read} takes them. */
    public static final String SELECT = "select id, customer_id, state, total_cents, ordered_on, priority_rank,"
            + " priority_label, clerk_number, note, revision from sales_orders";

    private static final String COLUMNS = "customer_id, state, total_cents, ordered_on, priority_rank, priority_label,"
            + " clerk_number, note, revision";
    private static final String UPDATE = "update sales_orders set customer_id = ?, state = ?, total_cents = ?,"
            + " ordered_on = ?, priority_rank = ?, priority_label = ?, clerk_number = ?, note = ?, revision = ?"
            + " where id = ?";
    private static final String INSERT_GENERATED =
            "insert into sales_orders (" + COLUMNS + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    /** Inserts an order under a key of its own, which comes last. */
    public static final String INSERT =
            "insert into sales_orders (" + COLUMNS + ", id) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    private final Sql sql;

    public NextOrders(DataSource source) {
        this.sql = new Sql(source);
    }

    @Override
    public @Nullable Order find(long id) {
        return sql.first(SELECT + " where id = ?", NextOrders::read, id);
    }

    @Override
    public List<Order> ofCustomer(long customerId) {
        return sql.list(SELECT + " where customer_id = ? order by id", NextOrders::read, customerId);
    }

    @Override
    public Order create(Order draft) {
        return draft.withId(sql.insert(INSERT_GENERATED, "id", values(draft)));
    }

    @Override
    public void save(Order order) {
        Object[] values = keyed(order);
        if (sql.update(UPDATE, values) == 0) {
            sql.update(INSERT, values);
        }
    }

    @Override
    public void delete(long id) {
        sql.update("delete from sales_orders where id = ?", id);
    }

    /** The order of a row of {@link #SELECT}. */
    public static Order read(ResultSet row) throws SQLException {
        return new Order(
                row.getLong(1),
                row.getLong(2),
                OrderStatus.valueOf(row.getString(3)),
                row.getLong(4),
                row.getObject(5, LocalDate.class),
                Priority.of(row.getInt(6), row.getString(7)),
                row.getInt(8),
                row.getString(9),
                row.getInt(10));
    }

    /** What {@link #INSERT} takes. */
    public static Object[] keyed(Order order) {
        return Values.keyed(values(order), order);
    }

    private static Object[] values(Order order) {
        return new Object[] {
            order.customerId(),
            order.status().name(),
            order.totalCents(),
            order.orderedOn(),
            order.priority().rank(),
            order.priority().label(),
            order.clerk(),
            order.comment(),
            (long) order.revision()
        };
    }
}
