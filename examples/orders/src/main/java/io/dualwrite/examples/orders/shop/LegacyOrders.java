package io.dualwrite.examples.orders.shop;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Orders in the legacy schema: money as a decimal, the status a letter, rank and label of the priority in one text. */
public final class LegacyOrders implements OrderRepository {
    /** All columns of an order, as {@link #read} takes them. */
    public static final String SELECT = "select o_orderkey, o_custkey, o_orderstatus, o_totalprice, o_orderdate,"
            + " o_orderpriority, o_clerk, o_comment, o_revision from orders";

    private static final String COLUMNS =
            "o_custkey, o_orderstatus, o_totalprice, o_orderdate, o_orderpriority, o_clerk, o_comment, o_revision";
    private static final String UPDATE = "update orders set o_custkey = ?, o_orderstatus = ?, o_totalprice = ?,"
            + " o_orderdate = ?, o_orderpriority = ?, o_clerk = ?, o_comment = ?, o_revision = ? where o_orderkey = ?";
    private static final String INSERT_GENERATED =
            "insert into orders (" + COLUMNS + ") values (?, ?, ?, ?, ?, ?, ?, ?)";

    /** Inserts an order under a key of its own, which comes last. */
    public static final String INSERT =
            "insert into orders (" + COLUMNS + ", o_orderkey) values (?, ?, ?, ?, ?, ?, ?, ?, ?)";

    private static final String CLERK = "Clerk#";

    private final Sql sql;

    public LegacyOrders(DataSource source) {
        this.sql = new Sql(source);
    }

    @Override
    public @Nullable Order find(long id) {
        return sql.first(SELECT + " where o_orderkey = ?", LegacyOrders::read, id);
    }

    @Override
    public List<Order> ofCustomer(long customerId) {
        return sql.list(SELECT + " where o_custkey = ? order by o_orderkey", LegacyOrders::read, customerId);
    }

    @Override
    public Order create(Order draft) {
        return draft.withId(sql.insert(INSERT_GENERATED, "o_orderkey", values(draft)));
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
        sql.update("delete from orders where o_orderkey = ?", id);
    }

    /** The order of a row of {@link #SELECT}. */
    public static Order read(ResultSet row) throws SQLException {
        return new Order(
                row.getLong(1),
                row.getLong(2),
                OrderStatus.ofLetter(row.getString(3)),
                row.getBigDecimal(4).movePointRight(2).longValueExact(),
                row.getObject(5, LocalDate.class),
                Priority.ofText(row.getString(6)),
                Integer.parseInt(row.getString(7).substring(CLERK.length())),
                row.getString(8),
                row.getInt(9));
    }

    /** What {@link #INSERT} takes. */
    public static Object[] keyed(Order order) {
        return Values.keyed(values(order), order);
    }

    private static Object[] values(Order order) {
        return new Object[] {
            order.customerId(),
            order.status().letter(),
            BigDecimal.valueOf(order.totalCents(), 2),
            order.orderedOn(),
            order.priority().text(),
            String.format("%s%09d", CLERK, order.clerk()),
            order.comment(),
            order.revision()
        };
    }
}
