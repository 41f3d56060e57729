package io.dualwrite.examples.twodatabases;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/** Orders as they have always been. */
record LegacyOrders(DataSource database) implements OrderRepository {
    @Override
    public Optional<Order> findById(long id) {
        try (Connection connection = database.getConnection();
                PreparedStatement select =
                        connection.prepareStatement("select customer, total, status from orders where id = ?")) {
            select.setLong(1, id);
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? Optional.of(new Order(id, row.getString(1), row.getBigDecimal(2), row.getString(3)))
                        : Optional.empty();
            }
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Override
    public void insert(Order order) {
        write("insert into orders (customer, total, status, id) values (?, ?, ?, ?)", order);
    }

    @Override
    public void update(Order order) {
        write("update orders set customer = ?, total = ?, status = ? where id = ?", order);
    }

    private void write(String sql, Order order) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, order.customer());
            statement.setBigDecimal(2, order.total());
            statement.setString(3, order.status());
            statement.setLong(4, order.id());
            statement.executeUpdate();
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Override
    public void deleteById(long id) {
        try (Connection connection = database.getConnection();
                PreparedStatement delete = connection.prepareStatement("delete from orders where id = ?")) {
            delete.setLong(1, id);
            delete.executeUpdate();
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
