package io.dualwrite.control.rehearsal;

import io.dualwrite.store.Store;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong on the target while a migration is rehearsed, injected between the migration and what its setup wraps with
 * {@link #on}. Nothing does until the rehearsal says so. Thread-safe.
 */
public final class TargetTrouble {
    private static final Set<String> EXECUTIONS =
            Set.of("execute", "executeQuery", "executeUpdate", "executeLargeUpdate", "executeBatch");

    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicLong met = new AtomicLong();
    private volatile Kind kind = new None();

    /** What goes wrong. */
    public sealed interface Kind permits None, Delay, Errors, Outage {}

    /** Nothing. */
    public record None() implements Kind {
        @Override
        public String toString() {
            return "nothing";
        }
    }

    /** Every statement, or call, takes longer by so much. */
    public record Delay(Duration longer) implements Kind {
        @Override
        public String toString() {
            return "delay of " + longer.toMillis() + " ms";
        }
    }

    /** Every n-th statement, or call, fails. */
    public record Errors(int everyNth) implements Kind {
        public Errors {
            if (everyNth < 1) {
                throw new IllegalArgumentException(
                        "Every first call or a later one fails, not every " + everyNth + ".");
            }
        }

        @Override
        public String toString() {
            return "an error at every " + everyNth + ". call";
        }
    }

    /** Nothing gets through, and no connection is to be had. */
    public record Outage() implements Kind {
        @Override
        public String toString() {
            return "outage";
        }
    }

    void now(Kind what) {
        met.set(0);
        kind = Objects.requireNonNull(what, "what");
    }

    /** How many calls have met what goes wrong now. */
    long met() {
        return met.get();
    }

    /** The target's connections, as the rehearsed migration is to get them. */
    public DataSource on(DataSource target) {
        return proxy(DataSource.class, target, (method, answer) -> {
            if (!method.getName().equals("getConnection")) {
                return answer.get();
            }
            if (kind instanceof Outage) {
                met.incrementAndGet();
                throw new SQLException("injected by a rehearsal", "08001");
            }
            return connection((Connection) Objects.requireNonNull(answer.get(), "connection"));
        });
    }

    /** The target's store, as the rehearsed migration is to get it. */
    public <R, K> Store<R, K> on(Store<R, K> target) {
        return new Store<>() {
            @Override
            public @Nullable R find(K key) throws Exception {
                hit();
                return target.find(key);
            }

            @Override
            public void save(R record) throws Exception {
                hit();
                target.save(record);
            }

            @Override
            public void delete(K key) throws Exception {
                hit();
                target.delete(key);
            }
        };
    }

    private Connection connection(Connection real) {
        return proxy(Connection.class, real, (method, answer) -> {
            Object made = answer.get();
            return made instanceof Statement statement ? statement(method.getReturnType(), statement) : made;
        });
    }

    private <S> S statement(Class<S> as, Statement real) {
        return proxy(as, as.cast(real), (method, answer) -> {
            if (EXECUTIONS.contains(method.getName())) {
                hit();
            }
            return answer.get();
        });
    }

    private void hit() throws SQLException, InterruptedException {
        Kind now = kind;
        if (now instanceof Delay delay) {
            met.incrementAndGet();
            Thread.sleep(delay.longer().toMillis());
        } else if (now instanceof Outage
                || (now instanceof Errors errors && calls.incrementAndGet() % errors.everyNth() == 0)) {
            met.incrementAndGet();
            throw new SQLException("injected by a rehearsal", "08006");
        }
    }

    @FunctionalInterface
    private interface Answer {
        @Nullable Object get() throws Throwable;
    }

    @FunctionalInterface
    private interface Between {
        @Nullable Object call(Method method, Answer answer) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, T real, Between between) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> switch (method.getName()) {
                    case "equals" -> args != null && proxy == args[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> between.call(method, () -> invoke(real, method, args));
                }));
    }

    private static @Nullable Object invoke(Object on, Method method, @Nullable Object @Nullable [] args)
            throws Throwable {
        try {
            return method.invoke(on, args);
        } catch (InvocationTargetException wrapped) {
            Throwable cause = wrapped.getCause();
            throw cause == null ? wrapped : cause;
        }
    }
}
