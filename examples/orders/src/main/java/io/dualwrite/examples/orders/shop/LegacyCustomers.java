package io.dualwrite.examples.orders.shop;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Customers in the legacy schema: money as a decimal, the segment blank-padded, the phone number in one piece. */
public final class LegacyCustomers implements CustomerRepository {
    /** All columns of a customer, as {@link #read} takes them. */
    public static final String SELECT = "select c_custkey, c_name, c_address, c_nationkey, c_phone, c_acctbal,"
            + " c_mktsegment, c_comment, c_revision from customer";

    private static final String COLUMNS =
            "c_name, c_address, c_nationkey, c_phone, c_acctbal, c_mktsegment, c_comment, c_revision";
    private static final String UPDATE = "update customer set c_name = ?, c_address = ?, c_nationkey = ?, c_phone = ?,"
            + " c_acctbal = ?, c_mktsegment = ?, c_comment = ?, c_revision = ? where c_custkey = ?";
    private static final String INSERT_GENERATED =
            "insert into customer (" + COLUMNS + ") values (?, ?, ?, ?, ?, ?, ?, ?)";

    /** Inserts a customer under a key of its own, which comes last. */
    public static final String INSERT =
            "insert into customer (" + COLUMNS + ", c_custkey) values (?, ?, ?, ?, ?, ?, ?, ?, ?)";

    private final Sql sql;

    public LegacyCustomers(DataSource source) {
        this.sql = new Sql(source);
    }

    @Override
    public @Nullable Customer find(long id) {
        return sql.first(SELECT + " where c_custkey = ?", LegacyCustomers::read, id);
    }

    @Override
    public Customer create(Customer draft) {
        return draft.withId(sql.insert(INSERT_GENERATED, "c_custkey", values(draft)));
    }

    @Override
    public void save(Customer customer) {
        Object[] values = keyed(customer);
        if (sql.update(UPDATE, values) == 0) {
            sql.update(INSERT, values);
        }
    }

    @Override
    public void credit(long id, long cents) {
        sql.update(
                "update customer set c_acctbal = c_acctbal + ?, c_revision = c_revision + 1 where c_custkey = ?",
                BigDecimal.valueOf(cents, 2),
                id);
    }

    @Override
    public void delete(long id) {
        sql.update("delete from customer where c_custkey = ?", id);
    }

    /** The customer of a row of {@link #SELECT}. */
    public static Customer read(ResultSet row) throws SQLException {
        return new Customer(
                row.getLong(1),
                row.getString(2),
                row.getString(3),
                row.getInt(4),
                row.getString(5),
                row.getBigDecimal(6).movePointRight(2).longValueExact(),
                row.getString(7).stripTrailing(),
                row.getString(8),
                row.getInt(9));
    }

    /** What {@link #INSERT} takes. */
    public static Object[] keyed(Customer customer) {
        return Values.keyed(values(customer), customer);
    }

    private static Object[] values(Customer customer) {
        return new Object[] {
            customer.name(),
            customer.address(),
            customer.nation(),
            customer.phone(),
            BigDecimal.valueOf(customer.balanceCents(), 2),
            customer.segment(),
            customer.comment(),
            customer.revision()
        };
    }
}
