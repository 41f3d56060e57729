package io.dualwrite.examples.checkout;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Where orders are kept. */
interface Orders {
    void insert(Order order);

    /** Both databases have the same table here, so one implementation serves both. */
    record InTable(DataSource database) implements Orders {
        @Override
        public void insert(Order order) {
            try (Connection connection = database.getConnection();
                    PreparedStatement insert =
                            connection.prepareStatement("insert into orders (id, article) values (?, ?)")) {
                insert.setLong(1, order.id());
                insert.setString(2, order.article());
                insert.executeUpdate();
            } catch (SQLException failure) {
                throw new IllegalStateException(failure);
            }
        }
    }
}
