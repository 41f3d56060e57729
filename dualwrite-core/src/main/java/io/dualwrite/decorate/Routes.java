package io.dualwrite.decorate;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * The routes of a table, found by the very method objects that a proxy passes with each call: these are few and always the
 * same, and comparing them by identity costs a fraction of comparing them by what they say. Thread-safe.
 */
final class Routes {
    private static final int PLACES_PER_METHOD = 4;

    private final MethodTable table;
    private final @Nullable Routed[] known;

    Routes(MethodTable table) {
        this.table = table;
        int methods = table.type().getMethods().length + Object.class.getMethods().length;
        this.known = new Routed[Integer.highestOneBit(methods * PLACES_PER_METHOD)];
    }

    /** The method with its route; it may be called from here on whatever its access. */
    Routed of(Method method) {
        int at = System.identityHashCode(method) & known.length - 1;
        Routed there = known[at];
        return there != null && there.method == method ? there : look(method, at);
    }

    /** Two methods with one place throw each other out, which costs them this look-up and nothing else. */
    private Routed look(Method method, int at) {
        method.trySetAccessible();
        Routed routed = new Routed(method, table.route(method));
        known[at] = routed;
        return routed;
    }

    /** A method and its route. Immutable but for what it remembers, which is safe to be forgotten or seen late. */
    static final class Routed {
        private final Method method;
        private final @Nullable Route route;
        private final @Nullable Slot onlySlot;
        /** The class of the last argument that was found to be a single one. */
        private @Nullable Class<?> single;

        private Routed(Method method, @Nullable Route route) {
            this.method = method;
            this.route = route;
            this.onlySlot =
                    route instanceof Route.Write write && write.arguments().size() == 1
                            ? write.arguments().get(0)
                            : null;
        }

        /** Null for the methods of {@link Object}. */
        @Nullable Route route() {
            return route;
        }

        /** Whether the call writes and names, by one argument, one record or key: neither null nor a collection of them. */
        boolean writesOne(@Nullable Object[] arguments) {
            if (onlySlot == null) {
                return false;
            }
            Object argument = arguments[onlySlot.index()];
            return argument != null && (argument.getClass() == single || isSingle(onlySlot, argument));
        }

        private boolean isSingle(Slot slot, Object argument) {
            if (!slot.isSingle(argument)) {
                return false;
            }
            single = argument.getClass();
            return true;
        }
    }
}
