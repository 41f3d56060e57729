package io.dualwrite.spring.jpa;

import io.dualwrite.fence.Pace;
import io.dualwrite.spring.capture.CapturingDataSource;
import io.dualwrite.spring.capture.ReadingSide;
import io.dualwrite.stage.Side;
import jakarta.persistence.CacheRetrieveMode;
import jakarta.persistence.CacheStoreMode;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.datasource.ConnectionHandle;
import org.springframework.orm.jpa.JpaDialect;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionException;

/**
 * Begins Spring's JPA transactions on the side that has the authority. A read-write transaction holds the fence before it has
 * done anything; while a handover goes on it waits, holding nothing. All else is left to the dialect of the vendor.
 */
final class RoutingDialect implements JpaDialect {
    private static final Duration REST = Duration.ofMillis(5);

    private final JpaDialect behind;
    private final CapturingDataSource dataSource;
    private final SecondLevelCaches caches;
    private final Duration writersWait;
    private final Pace pace = Pace.real();

    RoutingDialect(JpaDialect behind, CapturingDataSource dataSource, SecondLevelCaches caches, Duration writersWait) {
        this.behind = behind;
        this.dataSource = dataSource;
        this.caches = caches;
        this.writersWait = writersWait;
    }

    @Override
    public @Nullable Object beginTransaction(EntityManager manager, TransactionDefinition definition)
            throws PersistenceException, SQLException, TransactionException {
        Sided sided = manager.unwrap(Sided.class);
        if (definition.isReadOnly()) {
            Side side = dataSource.leader();
            caches.use(side);
            EntityManager chosen = sided.on(side);
            if (ReadingSide.current() != null) {
                // Nobody keeps the copy's caches up to date.
                chosen.setProperty("jakarta.persistence.cache.retrieveMode", CacheRetrieveMode.BYPASS);
                chosen.setProperty("jakarta.persistence.cache.storeMode", CacheStoreMode.BYPASS);
            }
            return behind.beginTransaction(chosen, definition);
        }
        Pace.Deadline patience = pace.in(writersWait);
        while (true) {
            Side side = dataSource.settledLeader();
            EntityManager chosen = sided.on(side);
            @Nullable Object transaction = behind.beginTransaction(chosen, definition);
            try {
                fence(chosen);
                caches.use(side);
                return transaction;
            } catch (SQLTransientException moved) {
                undo(sided, side, transaction);
                if (patience.isOver()) {
                    throw moved;
                }
                rest(moved);
            } catch (SQLException | RuntimeException failure) {
                undo(sided, side, transaction);
                throw failure;
            }
        }
    }

    private void fence(EntityManager chosen) throws SQLException {
        ConnectionHandle handle = behind.getJdbcConnection(chosen, false);
        if (handle != null) {
            CapturingDataSource.fence(handle.getConnection());
            behind.releaseJdbcConnection(handle, chosen);
        }
    }

    private void undo(Sided sided, Side side, @Nullable Object transaction) {
        sided.current().getTransaction().rollback();
        behind.cleanupTransaction(transaction);
        sided.leave(side);
    }

    private void rest(SQLException moved) throws SQLException {
        try {
            pace.pause(REST);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw moved;
        }
    }

    @Override
    public @Nullable Object prepareTransaction(EntityManager manager, boolean readOnly, @Nullable String name)
            throws PersistenceException {
        return behind.prepareTransaction(manager.unwrap(Sided.class).current(), readOnly, name);
    }

    @Override
    public void cleanupTransaction(@Nullable Object transaction) {
        behind.cleanupTransaction(transaction);
    }

    @Override
    public @Nullable ConnectionHandle getJdbcConnection(EntityManager manager, boolean readOnly)
            throws PersistenceException, SQLException {
        return behind.getJdbcConnection(manager.unwrap(Sided.class).current(), readOnly);
    }

    @Override
    public void releaseJdbcConnection(ConnectionHandle handle, EntityManager manager)
            throws PersistenceException, SQLException {
        behind.releaseJdbcConnection(handle, manager.unwrap(Sided.class).current());
    }

    @Override
    public @Nullable DataAccessException translateExceptionIfPossible(RuntimeException failure) {
        return behind.translateExceptionIfPossible(failure);
    }
}
