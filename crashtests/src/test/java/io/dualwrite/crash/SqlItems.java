package io.dualwrite.crash;

import io.dualwrite.stage.Side;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/** Items as one side has them. */
final class SqlItems implements Items {
    /** The store failed; the cause is the driver's own. */
    static final class StoreException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StoreException(SQLException cause) {
            super(cause);
        }
    }

    private final Side side;
    private final DataSource database;

    SqlItems(Side side, DataSource database) {
        this.side = side;
        this.database = database;
    }

    @Override
    public Optional<Item> findById(long id) {
        return find(id, "");
    }

    @Override
    public Optional<Item> lockById(long id) {
        return find(id, " for update");
    }

    private Optional<Item> find(long id, String lock) {
        return with(
                "select " + Item.value(side) + ", pad from " + Item.table(side) + " where " + Item.key(side) + " = ?"
                        + lock,
                statement -> {
                    statement.setLong(1, id);
                    try (ResultSet row = statement.executeQuery()) {
                        return row.next()
                                ? Optional.of(new Item(id, row.getString(1), row.getString(2)))
                                : Optional.<Item>empty();
                    }
                });
    }

    @Override
    public void insert(Item item) {
        write(
                "insert into " + Item.table(side) + " (" + Item.value(side) + ", pad, " + Item.key(side)
                        + ") values (?, ?, ?)",
                item);
    }

    @Override
    public void update(Item item) {
        write(
                "update " + Item.table(side) + " set " + Item.value(side) + " = ?, pad = ? where " + Item.key(side)
                        + " = ?",
                item);
    }

    private void write(String sql, Item item) {
        with(sql, statement -> {
            statement.setString(1, item.value());
            statement.setString(2, item.pad());
            statement.setLong(3, item.id());
            return statement.executeUpdate();
        });
    }

    @Override
    public void deleteById(long id) {
        with("delete from " + Item.table(side) + " where " + Item.key(side) + " = ?", statement -> {
            statement.setLong(1, id);
            return statement.executeUpdate();
        });
    }

    private interface Work<T> {
        T in(PreparedStatement statement) throws SQLException;
    }

    private <T> T with(String sql, Work<T> work) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            return work.in(statement);
        } catch (SQLException failure) {
            throw new StoreException(failure);
        }
    }
}
