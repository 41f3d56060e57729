package io.dualwrite.spring;

import io.dualwrite.jdbc.JdbcMigration;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.datasource.ConnectionHandle;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The DataSources that the two repositories behind a decorated one are built on. Inside a transaction, Spring's data access
 * keeps the first connection of each DataSource until the transaction ends, but theirs change with each call. So while a call
 * goes on, this stands in their place and asks them anew.
 */
final class BoundResources {
    private final JdbcMigration migration;
    private final List<DataSource> bound = new CopyOnWriteArrayList<>();

    BoundResources(JdbcMigration migration) {
        this.migration = migration;
    }

    /** The factory, handed a DataSource that this knows. */
    <T> Function<DataSource, T> known(Function<DataSource, T> factory) {
        return dataSource -> {
            DataSource known = new ReadOnlyRespecting(dataSource, migration);
            bound.add(known);
            return factory.apply(known);
        };
    }

    /** Makes the call with these in place, and puts back what was there before. */
    @Nullable Object during(Callable<@Nullable Object> call) throws Exception {
        List<@Nullable Object> before = new ArrayList<>();
        for (DataSource dataSource : bound) {
            before.add(TransactionSynchronizationManager.unbindResourceIfPossible(dataSource));
            TransactionSynchronizationManager.bindResource(dataSource, new ConnectionHolder(new Anew(dataSource)));
        }
        try {
            return call.call();
        } finally {
            for (int at = 0; at < before.size(); at++) {
                TransactionSynchronizationManager.unbindResourceIfPossible(bound.get(at));
                Object outer = before.get(at);
                if (outer != null) {
                    TransactionSynchronizationManager.bindResource(bound.get(at), outer);
                }
            }
        }
    }

    /** Gets a connection for each use. */
    private record Anew(DataSource dataSource) implements ConnectionHandle {
        @Override
        public Connection getConnection() {
            try {
                return dataSource.getConnection();
            } catch (SQLException failure) {
                throw new CannotGetJdbcConnectionException("Failed to obtain JDBC Connection", failure);
            }
        }

        @Override
        public void releaseConnection(Connection connection) {
            try {
                connection.close();
            } catch (SQLException failure) {
                throw new CannotGetJdbcConnectionException("Failed to give back a JDBC Connection", failure);
            }
        }
    }

    /**
     * Gives no connection for a write in a read-only transaction of Spring's. Those are not joined, since a fence cannot be
     * held in them; so a transaction of the migration's there is one that it has opened for a write.
     */
    private static final class ReadOnlyRespecting extends DelegatingDataSource {
        private final JdbcMigration migration;

        ReadOnlyRespecting(DataSource dataSource, JdbcMigration migration) {
            super(dataSource);
            this.migration = migration;
        }

        @Override
        public Connection getConnection() throws SQLException {
            if (TransactionSynchronizationManager.isCurrentTransactionReadOnly() && migration.currentSide() != null) {
                throw new IllegalTransactionStateException("Refused a write of migration '" + migration.name()
                        + "' in the read-only transaction \""
                        + TransactionSynchronizationManager.getCurrentTransactionName()
                        + "\": it would be committed apart from it. Make the transaction read-write");
            }
            return super.getConnection();
        }
    }
}
