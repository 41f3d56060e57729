package io.dualwrite.examples.orders.tpch;

import io.dualwrite.examples.orders.console.Progress;
import io.dualwrite.examples.orders.shop.LegacyCustomers;
import io.dualwrite.examples.orders.shop.LegacyOrders;
import io.dualwrite.examples.orders.shop.Schemas;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Iterator;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** Fills the legacy database, from nothing: what an unfinished load left behind is dropped. */
public final class Loader {
    private static final int BATCH_ROWS = 1000;

    private final Tpch tpch;
    private final Progress progress;
    private long loaded;

    public Loader(Tpch tpch, Progress progress) {
        this.tpch = tpch;
        this.progress = progress;
    }

    public void load(DataSource legacy) throws SQLException {
        Schemas.startOver(legacy);
        try (Connection connection = legacy.getConnection()) {
            connection.setAutoCommit(false);
            insert(connection, LegacyCustomers.INSERT, tpch.customers().map(LegacyCustomers::keyed));
            insert(connection, LegacyOrders.INSERT, tpch.orders().map(LegacyOrders::keyed));
            try (Statement statement = connection.createStatement()) {
                statement.execute("alter sequence customer_ids restart with " + tpch.firstFreeKey());
                statement.execute("alter sequence order_ids restart with " + tpch.firstFreeKey());
            }
            connection.commit();
            connection.setAutoCommit(true);
        }
    }

    private void insert(Connection connection, String statement, Stream<Object[]> rows) throws SQLException {
        try (PreparedStatement prepared = connection.prepareStatement(statement)) {
            Iterator<Object[]> remaining = rows.iterator();
            for (int inBatch = 1; remaining.hasNext(); inBatch++) {
                Object[] row = remaining.next();
                for (int at = 0; at < row.length; at++) {
                    prepared.setObject(at + 1, row[at]);
                }
                prepared.addBatch();
                if (inBatch % BATCH_ROWS == 0 || !remaining.hasNext()) {
                    prepared.executeBatch();
                    connection.commit();
                    loaded += (inBatch - 1) % BATCH_ROWS + 1;
                    progress.at(loaded);
                }
            }
        }
    }
}
