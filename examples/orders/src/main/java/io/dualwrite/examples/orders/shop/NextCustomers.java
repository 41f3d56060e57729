package io.dualwrite.examples.orders.shop;

import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Customers in the new schema: money in cents, the phone number split into country and number. */
public final class NextCustomers implements CustomerRepository {
    /** All columns of a customer, as {@link #read} takes them. */
    public static final String SELECT = "select id, name, address, nation_id, phone_country, phone_number,"
            + " balance_cents, segment, note, revision from customers";

    private static final String COLUMNS =
            "name, address, nation_id, phone_country, phone_number, balance_cents, segment, note, revision";
    private static final String UPDATE = "update customers set name = ?, address = ?, nation_id = ?, phone_country = ?,"
            + " phone_number = ?, balance_cents = ?, segment = ?, note = ?, revision = ? where id = ?";
    private static final String INSERT_GENERATED =
            "insert into customers (" + COLUMNS + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    /** Inserts a customer under a key of its own, which comes last. */
    public static final String INSERT =
            "insert into customers (" + COLUMNS + ", id) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    private final Sql sql;

    public NextCustomers(DataSource source) {
        this.sql = new Sql(source);
    }

    @Override
    public @Nullable Customer find(long id) {
        return sql.first(SELECT + " where id = ?", NextCustomers::read, id);
    }

    @Override
    public Customer create(Customer draft) {
        return draft.withId(sql.insert(INSERT_GENERATED, "id", values(draft)));
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
                "update customers set balance_cents = balance_cents + ?, revision = revision + 1 where id = ?",
                cents,
                id);
    }

    @Override
    public void delete(long id) {
        sql.update("delete from customers where id = ?", id);
    }

    /** The customer of a row of {@link #SELECT}. */
    public static Customer read(ResultSet row) throws SQLException {
        return new Customer(
                row.getLong(1),
                row.getString(2),
                row.getString(3),
                row.getInt(4),
                row.getInt(5) + "-" + row.getString(6),
                row.getLong(7),
                row.getString(8),
                row.getString(9),
                row.getInt(10));
    }

    /** What {@link #INSERT} takes. */
    public static Object[] keyed(Customer customer) {
        return Values.keyed(values(customer), customer);
    }

    private static Object[] values(Customer customer) {
        int hyphen = customer.phone().indexOf('-');
        return new Object[] {
            customer.name(),
            customer.address(),
            customer.nation(),
            Integer.valueOf(customer.phone().substring(0, hyphen)),
            customer.phone().substring(hyphen + 1),
            customer.balanceCents(),
            customer.segment(),
            customer.comment(),
            (long) customer.revision()
        };
    }
}
