package io.dualwrite.spring.jpa;

import io.dualwrite.stage.Side;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityTransaction;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.hibernate.Transaction;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.ConcurrencyFailureException;

/**
 * An entity manager for each side, of which one is used: that of the transaction, or of the authority. One that outlives a
 * transaction keeps what it has loaded on a side until it is closed, so that lazy associations can still be read.
 */
final class RoutedEntityManager implements InvocationHandler, Sided {
    private final Function<Side, EntityManager> opening;
    private final Supplier<Side> leader;
    private final Map<Side, EntityManager> opened = new EnumMap<>(Side.class);
    private @Nullable Side side;
    private boolean fresh;
    private boolean closed;

    private RoutedEntityManager(Function<Side, EntityManager> opening, Supplier<Side> leader) {
        this.opening = opening;
        this.leader = leader;
    }

    /**
     * An entity manager that follows.
     *
     * @param type the interface that the application expects of it
     * @param opening opens one on a side
     * @param leader which side to use outside of transactions
     */
    static EntityManager of(Class<?> type, Function<Side, EntityManager> opening, Supplier<Side> leader) {
        return (EntityManager) Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, new RoutedEntityManager(opening, leader));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args) throws Throwable {
        switch (method.getName()) {
            case "equals":
                return args != null && proxy == args[0];
            case "hashCode":
                return System.identityHashCode(proxy);
            case "toString":
                return "routed " + opened;
            case "isOpen":
                return !closed;
            case "close":
                close();
                return null;
            case "unwrap":
                if (args != null && Sided.class.equals(args[0])) {
                    return this;
                }
                break;
            case "getTransaction":
                chooseForTransaction();
                return checked(current().getTransaction());
            default:
                break;
        }
        try {
            return method.invoke(current(), args);
        } catch (InvocationTargetException thrown) {
            Throwable cause = thrown.getCause();
            throw cause == null ? thrown : cause;
        }
    }

    @Override
    public EntityManager on(Side next) {
        EntityManager known = opened.get(next);
        fresh = known == null;
        EntityManager manager = known == null ? opening.apply(next) : known;
        opened.put(next, manager);
        side = next;
        return manager;
    }

    @Override
    public EntityManager current() {
        if (closed) {
            throw new IllegalStateException("The entity manager is closed");
        }
        Side chosen = side;
        EntityManager manager = chosen == null ? null : opened.get(chosen);
        return manager == null ? on(leader.get()) : manager;
    }

    @Override
    public void leave(Side left) {
        EntityManager manager = opened.get(left);
        if (fresh && manager != null) {
            opened.remove(left);
            manager.close();
        }
    }

    /** A transaction that an application begins by itself runs where the authority is. */
    private void chooseForTransaction() {
        if (!current().getTransaction().isActive()) {
            Side now = leader.get();
            if (now != side) {
                on(now);
            }
        }
    }

    /** A transaction that commits nothing while changes of what was loaded on the other side would be lost with it. */
    private EntityTransaction checked(EntityTransaction transaction) {
        if (opened.size() < 2) {
            return transaction;
        }
        return (EntityTransaction) Proxy.newProxyInstance(
                RoutedEntityManager.class.getClassLoader(),
                new Class<?>[] {Transaction.class},
                (proxy, method, args) -> {
                    if (method.getName().equals("commit") && !transaction.getRollbackOnly()) {
                        refuseLeftBehind(transaction);
                    }
                    try {
                        return method.invoke(transaction, args);
                    } catch (InvocationTargetException thrown) {
                        Throwable cause = thrown.getCause();
                        throw cause == null ? thrown : cause;
                    }
                });
    }

    private void refuseLeftBehind(EntityTransaction transaction) {
        EntityManager here = current();
        for (EntityManager there : opened.values()) {
            String entity = there == here ? null : LeftBehind.find(there, here);
            if (entity != null) {
                transaction.rollback();
                throw new ConcurrencyFailureException(
                        "The authority was handed over after a " + entity
                                + " was loaded; it was changed since, and not saved again. Nothing was committed: run it again");
            }
        }
    }

    private void close() {
        closed = true;
        RuntimeException failure = null;
        for (EntityManager manager : opened.values()) {
            try {
                manager.close();
            } catch (RuntimeException failed) {
                failure = failed;
            }
        }
        opened.clear();
        if (failure != null) {
            throw failure;
        }
    }
}
