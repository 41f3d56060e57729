package io.dualwrite.jdbc;

import io.dualwrite.jdbc.Shop.Customer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;

/** An application's repository. */
interface Customers {
    Customer findById(long id);

    void save(Customer customer);

    void deleteById(long id);

    /** One over both sides. */
    static Customers of(JdbcMigration migration) {
        return migration.decorate(
                Customers.class,
                source -> new CustomersTable(source, "customer", "name"),
                source -> new CustomersTable(source, "customers", "full_name"));
    }

    /** The repository of either side. */
    record CustomersTable(DataSource source, String table, String name) implements Customers {
        @Override
        public Customer findById(long id) {
            return run("select id, " + name + " from " + table + " where id = ?", statement -> {
                statement.setLong(1, id);
                try (ResultSet found = statement.executeQuery()) {
                    return found.next() ? new Customer(found.getLong(1), found.getString(2)) : null;
                }
            });
        }

        @Override
        public void save(Customer customer) {
            int updated = run("update " + table + " set " + name + " = ? where id = ?", statement -> {
                statement.setString(1, customer.name());
                statement.setLong(2, customer.id());
                return statement.executeUpdate();
            });
            if (updated == 0) {
                run("insert into " + table + " (" + name + ", id) values (?, ?)", statement -> {
                    statement.setString(1, customer.name());
                    statement.setLong(2, customer.id());
                    return statement.executeUpdate();
                });
            }
        }

        @Override
        public void deleteById(long id) {
            run("delete from " + table + " where id = ?", statement -> {
                statement.setLong(1, id);
                return statement.executeUpdate();
            });
        }

        interface Use<T> {
            T of(PreparedStatement statement) throws SQLException;
        }

        private <T> T run(String sql, Use<T> use) {
            try (Connection connection = source.getConnection();
                    PreparedStatement statement = connection.prepareStatement(sql)) {
                return use.of(statement);
            } catch (SQLException failure) {
                throw new IllegalStateException(failure);
            }
        }
    }
}
