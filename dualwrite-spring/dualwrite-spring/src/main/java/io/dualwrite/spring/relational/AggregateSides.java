package io.dualwrite.spring.relational;

import io.dualwrite.spring.MigrationSetupException;
import io.dualwrite.spring.capture.CapturingDataSource;
import io.dualwrite.spring.capture.ReadingSide;
import io.dualwrite.spring.capture.WorkingSide;
import io.dualwrite.stage.Side;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcOperations;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.support.JdbcAccessor;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Which side the statements of Spring Data JDBC are made for, on the DataSource that it uses. Thread-safe. */
final class AggregateSides implements BeanFactoryAware, SmartInitializingSingleton {
    static final String BEAN = "dualwriteAggregateSides";

    private static final Logger LOG = LoggerFactory.getLogger(AggregateSides.class);

    private @Nullable ConfigurableListableBeanFactory beans;
    private volatile @Nullable Used used;
    private volatile boolean fit;

    /**
     * The DataSource of Spring Data JDBC.
     *
     * @param following it, or what is behind it, where that follows an authority; null for any other
     * @param directly whether transactions are on that one itself
     */
    private record Used(@Nullable CapturingDataSource following, boolean directly) {}

    /** A call on a side. */
    @FunctionalInterface
    interface Work {
        @Nullable Object on(Side side) throws Throwable;
    }

    @Override
    public void setBeanFactory(BeanFactory factory) {
        this.beans = (ConfigurableListableBeanFactory) factory;
    }

    private ConfigurableListableBeanFactory beans() {
        ConfigurableListableBeanFactory factory = beans;
        if (factory == null) {
            throw new IllegalStateException("Not made by a container");
        }
        return factory;
    }

    /** Whether there is one side at one time and another one later. */
    boolean areRouted() {
        Used found = used();
        return found.following() != null && found.directly();
    }

    private Used used() {
        Used found = used;
        if (found == null) {
            found = look();
            CapturingDataSource following = found.following();
            if (following != null && found.directly()) {
                following.fenceAtBegin();
            }
            used = found;
        }
        return found;
    }

    private Used look() {
        NamedParameterJdbcOperations operations =
                beans().getBeanProvider(NamedParameterJdbcOperations.class).getIfUnique();
        if (operations == null || !(operations.getJdbcOperations() instanceof JdbcAccessor accessor)) {
            // Whichever it uses, it may be that one.
            return beans().getBeanProvider(DataSource.class).stream()
                    .filter(one -> one instanceof CapturingDataSource capturing && capturing.follows())
                    .findFirst()
                    .map(one -> new Used((CapturingDataSource) one, false))
                    .orElseGet(() -> new Used(null, false));
        }
        DataSource dataSource = accessor.getDataSource();
        boolean directly = true;
        while (dataSource instanceof DelegatingDataSource wrapper && !(dataSource instanceof CapturingDataSource)) {
            directly &= dataSource instanceof TransactionAwareDataSourceProxy;
            dataSource = wrapper.getTargetDataSource();
        }
        return dataSource instanceof CapturingDataSource capturing && capturing.follows()
                ? new Used(capturing, directly)
                : new Used(null, false);
    }

    private CapturingDataSource following() {
        CapturingDataSource following = used().following();
        if (following == null) {
            throw new IllegalStateException("The DataSource of Spring Data JDBC follows no authority");
        }
        return following;
    }

    /** The side of the thread's transaction, the one that it reads from, or the authority's. */
    Side current() {
        Side side = ofTransaction();
        return side == null ? following().leader() : side;
    }

    private @Nullable Side ofTransaction() {
        Object bound = TransactionSynchronizationManager.getResource(following());
        return bound instanceof ConnectionHolder holder && holder.getConnectionHandle() != null
                ? CapturingDataSource.sideOf(holder.getConnection())
                : null;
    }

    /** Makes a call on the side that is meant. What it executes outside of a transaction is executed there, too. */
    @Nullable Object call(Work work) throws Throwable {
        Side side = ofTransaction();
        if (side != null) {
            return work.on(side);
        }
        Side now = following().settledLeader();
        return WorkingSide.on(now, () -> work.on(now));
    }

    /** What is made by a call that reads from this side. Inside of a transaction on the other one, it is made by a thread apart. */
    <T> T reading(Side side, Callable<T> call) {
        Callable<T> reading = () -> ReadingSide.on(side, call);
        try {
            boolean apart = TransactionSynchronizationManager.isSynchronizationActive() && ofTransaction() != side;
            return apart ? apart(reading) : reading.call();
        } catch (RuntimeException failure) {
            throw failure;
        } catch (SQLException unreachable) {
            throw new CannotGetJdbcConnectionException("The " + side + "'s database cannot be reached", unreachable);
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static <T> T apart(Callable<T> call) throws Exception {
        FutureTask<T> task = new FutureTask<>(call);
        Thread thread = new Thread(task, "dualwrite-dialect");
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof Exception failure ? failure : failed;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw interrupted;
        }
    }

    @Override
    public void afterSingletonsInstantiated() {
        if (used().following() == null) {
            return;
        }
        try {
            requireFit();
        } catch (DataAccessResourceFailureException unreachable) {
            LOG.info(
                    "The target cannot be reached yet; its dialect is looked at when it is needed: {}",
                    unreachable.getMessage());
        }
    }

    /**
     * Looks, once, whether something of the application's is bound to the dialect of one side.
     *
     * @throws MigrationSetupException when it is, and the databases are of different kinds
     * @throws DataAccessResourceFailureException when a side cannot be reached
     */
    void requireFit() {
        if (fit) {
            return;
        }
        String origin = product(Side.ORIGIN);
        String target = product(Side.TARGET);
        if (!origin.equals(target)) {
            if (!areRouted()) {
                throw new MigrationSetupException(
                        "Spring Data JDBC does not itself use the DataSource that follows the authority from " + origin
                                + " to " + target + ", so it would go on in the dialect of " + origin + ".",
                        "Declare one NamedParameterJdbcOperations bean over that DataSource, without a wrapper around it.");
            }
            new DialectBounds(this, beans(), origin, target).require();
        }
        fit = true;
    }

    private String product(Side side) {
        return reading(side, () -> {
            try (var connection = following().getConnection()) {
                return connection.getMetaData().getDatabaseProductName();
            }
        });
    }
}
