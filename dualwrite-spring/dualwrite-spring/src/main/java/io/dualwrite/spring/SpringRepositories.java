package io.dualwrite.spring;

import io.dualwrite.decorate.MethodTable;
import io.dualwrite.fence.StageMovedException;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.stage.Side;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Decorates repositories so that their calls take part in Spring's transactions. Made for repositories over plain JDBC,
 * {@code JdbcTemplate} or {@code JdbcClient} that are built on the DataSource their factory is handed.
 *
 * <p>Inside a transaction of Spring's on the DataSource of either side, begun by a {@code DataSourceTransactionManager} or
 * by any other manager that exposes its JDBC connection, each call joins it: intents commit and roll back with it, and reads
 * see what it wrote. A joined transaction never waits for a handover: where its side does not have the authority (any more),
 * calls fail with a {@link StageMovedException}, and the whole transaction belongs on the other side. Its commit wakes no
 * relay, so that the copy follows within the relay's poll.
 *
 * <p>Calls are refused rather than committed apart from the transaction around them: all of them inside a transaction on
 * neither side, and writes inside a read-only one. A read inside a read-only transaction is made on a connection of its own
 * and sees what is committed. Without a transaction each call is one of its own.
 *
 * <p>Which side a transaction of Spring's begins on is decided by the transaction manager that the application names; one
 * that follows the authority, and repositories of Spring Data, are not there yet. Until then an application whose
 * transactions are Spring's is moved up to SHADOW by this class, and beyond by letting each call be a transaction, or {@link
 * JdbcMigration#inTransaction}. Thread-safe.
 */
public final class SpringRepositories {
    private final JdbcMigration migration;
    private final DataSource origin;
    private final DataSource target;

    /** For a migration that was built from these two DataSources. */
    public SpringRepositories(JdbcMigration migration, DataSource origin, DataSource target) {
        this.migration = migration;
        this.origin = origin;
        this.target = target;
    }

    /**
     * One repository out of the application's two, which joins; otherwise as {@link JdbcMigration#decorate}.
     *
     * @param type the repository's interface
     * @param onOrigin makes the origin's repository from the DataSource it is to use
     * @param onTarget makes the target's repository from the DataSource it is to use
     */
    public <T> T decorate(Class<T> type, Function<DataSource, T> onOrigin, Function<DataSource, T> onTarget) {
        return decorate(type, methods -> {}, onOrigin, onTarget);
    }

    /**
     * As {@link #decorate(Class, Function, Function)}, with declarations in code about methods that names and annotations do
     * not explain.
     *
     * @param methods declares them
     */
    public <T> T decorate(
            Class<T> type,
            Consumer<MethodTable.Builder> methods,
            Function<DataSource, T> onOrigin,
            Function<DataSource, T> onTarget) {
        BoundResources resources = new BoundResources(migration);
        T decorated = migration.decorate(type, methods, resources.known(onOrigin), resources.known(onTarget));
        InvocationHandler join = (proxy, method, args) -> invoke(proxy, decorated, resources, method, args);
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, join));
    }

    private @Nullable Object invoke(
            Object proxy, Object decorated, BoundResources resources, Method method, @Nullable Object @Nullable [] args)
            throws Throwable {
        if (method.getName().equals("equals") && method.getDeclaringClass() == Object.class) {
            return args != null && args[0] == proxy;
        }
        Callable<@Nullable Object> call = () -> call(decorated, method, args);
        try {
            if (method.getDeclaringClass() == Object.class
                    || !TransactionSynchronizationManager.isSynchronizationActive()) {
                return call.call();
            }
            if (!TransactionSynchronizationManager.isActualTransactionActive()
                    || TransactionSynchronizationManager.isCurrentTransactionReadOnly()) {
                return resources.during(call);
            }
            Connection connection = DataSourceUtils.getConnection(transactional(method));
            return resources.during(() -> joined(connection, call));
        } catch (Thrown thrown) {
            throw thrown.failure;
        }
    }

    private @Nullable Object joined(Connection connection, Callable<@Nullable Object> call) throws Exception {
        AtomicReference<@Nullable Object> result = new AtomicReference<>();
        migration.inTransaction(connection, () -> {
            result.set(call.call());
            return true;
        });
        return result.get();
    }

    /** The side that the thread's transaction is on; of both, where transactions are nested, the authority's. */
    private DataSource transactional(Method method) {
        DataSource onOrigin = transactional(origin);
        DataSource onTarget = transactional(target);
        if (onOrigin != null && onTarget != null) {
            return migration.view().leader() == Side.ORIGIN ? onOrigin : onTarget;
        }
        DataSource on = onOrigin == null ? onTarget : onOrigin;
        if (on == null) {
            throw new IllegalTransactionStateException(
                    "Refused " + method.getName() + "(…) of migration '" + migration.name()
                            + "': the transaction \"" + TransactionSynchronizationManager.getCurrentTransactionName()
                            + "\" on this thread is on neither of its DataSources, and the call would be committed apart from it."
                            + " Use a transaction manager of the DataSource that has the authority, or call outside of the"
                            + " transaction");
        }
        return on;
    }

    /** This DataSource, or the one behind its wrappers, that the thread's transaction is on. */
    private static @Nullable DataSource transactional(@Nullable DataSource dataSource) {
        if (dataSource == null || TransactionSynchronizationManager.hasResource(dataSource)) {
            return dataSource;
        }
        return transactional(dataSource instanceof DelegatingDataSource wrapper ? wrapper.getTargetDataSource() : null);
    }

    private static @Nullable Object call(Object decorated, Method method, @Nullable Object @Nullable [] args)
            throws Exception {
        if (!Modifier.isPublic(method.getDeclaringClass().getModifiers())) {
            method.setAccessible(true);
        }
        try {
            return method.invoke(decorated, args);
        } catch (InvocationTargetException failed) {
            Throwable failure = failed.getCause();
            if (failure instanceof Exception exception) {
                throw exception;
            }
            if (failure instanceof Error error) {
                throw error;
            }
            throw new Thrown(failure == null ? failed : failure);
        }
    }

    /** Carries what is neither an exception nor an error through a callable. */
    private static final class Thrown extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient Throwable failure;

        Thrown(Throwable failure) {
            super(failure);
            this.failure = failure;
        }
    }
}
