package io.dualwrite.examples.twodatabases;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/** Orders as they will be: other names, money in cents, a status in words. */
record NextOrders(DataSource database) implements OrderRepository {
    private static final Map<String, String> WORDS = Map.of("O", "OPEN", "P", "PAID", "S", "SHIPPED");

    @Override
    public Optional<Order> findById(long id) {
        String sql = "select customer_name, total_cents, status from orders_v2 where id = ?";
        try (Connection connection = database.getConnection();
                PreparedStatement select = connection.prepareStatement(sql)) {
            select.setLong(1, id);
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? Optional.of(new Order(
                                id,
                                row.getString(1),
                                BigDecimal.valueOf(row.getLong(2), 2),
                                row.getString(3).substring(0, 1)))
                        : Optional.empty();
            }
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Override
    public void insert(Order order) {
        write("insert into orders_v2 (customer_name, total_cents, status, id) values (?, ?, ?, ?)", order);
    }

    @Override
    public void update(Order order) {
        write("update orders_v2 set customer_name = ?, total_cents = ?, status = ? where id = ?", order);
    }

    private void write(String sql, Order order) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, order.customer());
            statement.setLong(2, order.total().movePointRight(2).longValueExact());
            statement.setString(3, WORDS.get(order.status()));
            statement.setLong(4, order.id());
            statement.executeUpdate();
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }

    @Override
    public void deleteById(long id) {
        try (Connection connection = database.getConnection();
                PreparedStatement delete = connection.prepareStatement("delete from orders_v2 where id = ?")) {
            delete.setLong(1, id);
            delete.executeUpdate();
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
