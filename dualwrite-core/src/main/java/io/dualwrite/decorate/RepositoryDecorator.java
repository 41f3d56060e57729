package io.dualwrite.decorate;

import io.dualwrite.fence.TransactionException;
import io.dualwrite.path.ReadPath;
import io.dualwrite.path.WritePath;
import io.dualwrite.stage.Sides;
import io.dualwrite.store.RecordType;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The user's own repository interface over both sides: each call is routed by a {@link MethodTable} to the write path or the
 * read path. What a delegate throws reaches the caller unchanged; see the package for what else is kept. Thread-safe when the
 * delegates are.
 */
public final class RepositoryDecorator implements InvocationHandler {
    private static final @Nullable Object[] NONE = {};

    private final MethodTable table;
    private final Routes routes;
    private final Delegates delegates;
    private final ShortCalls shortCalls;
    private final WritePath writes;
    private final ReadPath reads;

    private RepositoryDecorator(MethodTable table, Sides<?> delegates, WritePath writes, ReadPath reads) {
        this.table = table;
        this.routes = new Routes(table);
        this.delegates = new Delegates(delegates);
        this.shortCalls = new ShortCalls(writes.shortWay(), this.delegates);
        this.writes = writes;
        this.reads = reads;
    }

    /**
     * Decorates an interface whose methods names and types explain.
     *
     * @throws UnclassifiedMethodsException naming every method that they do not
     */
    public static <T> T decorate(
            Class<T> type,
            Sides<? extends T> delegates,
            Collection<? extends RecordType<?, ?>> records,
            WritePath writes,
            ReadPath reads) {
        return decorate(type, delegates, MethodTable.of(type, records).build(), writes, reads);
    }

    /** Decorates an interface with a table of its own. */
    public static <T> T decorate(
            Class<T> type, Sides<? extends T> delegates, MethodTable table, WritePath writes, ReadPath reads) {
        if (delegates.origin() == delegates.target()) {
            throw new IllegalArgumentException("The same " + type.getSimpleName()
                    + " was given for both sides; give one that uses the origin and one that uses the target");
        }
        if (table.type() != type) {
            throw new IllegalArgumentException("The method table is one of " + table.type() + ", not of " + type);
        }
        RepositoryDecorator handler = new RepositoryDecorator(table, delegates, writes, reads);
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] given) throws Throwable {
        try {
            return routed(proxy, method, given);
        } catch (RuntimeException | Error unchecked) {
            throw unchecked;
        } catch (Exception checked) {
            throw isDeclared(method, checked) ? checked : new TransactionException(method.getName(), checked);
        }
    }

    private static boolean isDeclared(Method method, Exception thrown) {
        return Arrays.stream(method.getExceptionTypes()).anyMatch(declared -> declared.isInstance(thrown));
    }

    private @Nullable Object routed(Object proxy, Method method, @Nullable Object @Nullable [] given) throws Throwable {
        @Nullable Object[] arguments = given == null ? NONE : given;
        Routes.Routed routed = routes.of(method);
        Object answer = shortCalls.call(routed, method, arguments);
        if (answer != ShortCalls.UNANSWERED) {
            return answer;
        }
        Route route = routed.route();
        if (route instanceof Route.Read read) {
            return reads.read(read.query(arguments), side -> delegates.call(side, method, arguments));
        }
        if (route instanceof Route.Writing write) {
            @Nullable Object[] readable = write.readable(method, arguments);
            return writes.write(write.keys(readable), side -> delegates.call(side, method, readable));
        }
        if (route instanceof Route.Body body) {
            return body.code().invoke(proxy, arguments);
        }
        if (route instanceof Route.Refused refused) {
            throw new UnsupportedOperationException(refused.reason());
        }
        return ofObject(proxy, method, arguments);
    }

    private Object ofObject(Object proxy, Method method, @Nullable Object[] arguments) {
        return switch (method.getName()) {
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> table.type().getSimpleName() + " over origin and target";
        };
    }
}
