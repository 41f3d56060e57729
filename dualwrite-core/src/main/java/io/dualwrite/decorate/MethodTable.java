package io.dualwrite.decorate;

import io.dualwrite.store.RecordType;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What each method of a repository interface does: read, write, or run its default body. Taken, in this order, from the
 * declarations made in code, from {@link Reads} and {@link Writes}, and from the method's name; where that leaves a doubt
 * nothing is guessed. A read says at most by which key it asks; a write must name every record it changes, by arguments that
 * are records or keys or contain them, or by its result. Immutable and thread-safe.
 */
public final class MethodTable {
    private final Class<?> type;
    private final Map<Method, Route> routes;

    private MethodTable(Class<?> type, Map<Method, Route> routes) {
        this.type = type;
        this.routes = Map.copyOf(routes);
    }

    /** Begins the table of an interface whose methods read and write records of these types. */
    public static Builder of(Class<?> type, Collection<? extends RecordType<?, ?>> records) {
        return new Builder(type, records);
    }

    Class<?> type() {
        return type;
    }

    /** The route of one of the interface's methods; null for those of {@link Object}. */
    @Nullable Route route(Method method) {
        return routes.get(method);
    }

    /** Collects what names and types do not tell; methods are meant by name, all overloads alike. Not thread-safe. */
    public static final class Builder {
        private final Class<?> type;
        private final Slots slots;
        private final Set<String> reading = new HashSet<>();
        private final Set<String> writing = new HashSet<>();
        private final Set<String> refused = new HashSet<>();
        private final Set<String> keyed = new HashSet<>();
        private final List<String> problems = new ArrayList<>();
        private boolean staleAllowed;

        private Builder(Class<?> type, Collection<? extends RecordType<?, ?>> records) {
            this.type = type;
            this.slots = new Slots(type, records);
        }

        /** These methods read. */
        public Builder reads(String... methods) {
            reading.addAll(Arrays.asList(methods));
            return this;
        }

        /** These methods write; their arguments or results must still name the records. */
        public Builder writes(String... methods) {
            writing.addAll(Arrays.asList(methods));
            return this;
        }

        /** This argument of the method, counted from 0, is the key of a record; as {@link RecordKey} says it. */
        public Builder key(String method, int argument) {
            return key(method, argument, "");
        }

        /** As {@link #key(String, int)}, of records of the named type. */
        public Builder key(String method, int argument, String recordType) {
            slots.declare(method, argument, recordType);
            keyed.add(method);
            return this;
        }

        /**
         * These methods are not used: calling one throws {@link UnsupportedOperationException}. For what an inherited
         * interface offers and nobody can follow, such as {@code deleteAll()}.
         */
        public Builder refuses(String... methods) {
            refused.addAll(Arrays.asList(methods));
            return this;
        }

        /** Whether reads by key that say nothing about it may be answered by an answer a little old; default false. */
        public Builder staleAllowed(boolean allowed) {
            staleAllowed = allowed;
            return this;
        }

        /**
         * The table.
         *
         * @throws UnclassifiedMethodsException naming every method that cannot be classified, and what to do
         */
        public MethodTable build() {
            if (!type.isInterface()) {
                throw new IllegalArgumentException(
                        type.getName() + " is no interface; only interfaces can be decorated");
            }
            Map<Method, Route> routes = new HashMap<>();
            Set<String> names = new HashSet<>();
            for (Method method : type.getMethods()) {
                names.add(method.getName());
                if (!Modifier.isStatic(method.getModifiers())) {
                    Route route = route(method);
                    if (route != null) {
                        routes.put(method, route);
                    }
                }
            }
            for (Set<String> declared : List.of(reading, writing, refused, keyed)) {
                declared.stream()
                        .filter(name -> !names.contains(name))
                        .forEach(name -> problems.add(name + ": is declared, but there is no such method"));
            }
            if (!problems.isEmpty()) {
                throw new UnclassifiedMethodsException(type, problems);
            }
            return new MethodTable(type, routes);
        }

        private @Nullable Route route(Method method) {
            String name = method.getName();
            if (isOfObject(method)) {
                return null;
            }
            if (refused.contains(name)) {
                return new Route.Refused(
                        name + " is declared as not to be used while " + type.getSimpleName() + " is being migrated");
            }
            boolean declaredRead = reading.contains(name);
            boolean declaredWrite = writing.contains(name);
            if (!declaredRead && !declaredWrite) {
                declaredRead = method.isAnnotationPresent(Reads.class);
                declaredWrite = method.isAnnotationPresent(Writes.class);
            }
            if (declaredRead && declaredWrite) {
                return problem(method, "is declared as reading and as writing; choose one");
            }
            if (!declaredRead && !declaredWrite && method.isDefault()) {
                return body(method);
            }
            Words words = new Words(name);
            if (declaredRead || !declaredWrite && words.reads() && method.getReturnType() != void.class) {
                return read(method, words);
            }
            if (declaredWrite || words.writes()) {
                return write(method, words);
            }
            return problem(
                    method,
                    "its name does not tell what it does; annotate it with @Reads or @Writes, or declare it"
                            + " in the method table");
        }

        private @Nullable Route body(Method method) {
            try {
                MethodHandle code = MethodHandles.privateLookupIn(method.getDeclaringClass(), MethodHandles.lookup())
                        .unreflectSpecial(method, method.getDeclaringClass());
                return new Route.Body(code.asSpreader(Object[].class, method.getParameterCount()));
            } catch (IllegalAccessException closed) {
                return problem(
                        method,
                        "its default body cannot be called; open " + type.getPackageName()
                                + " to io.dualwrite, or annotate the method with @Reads or @Writes");
            }
        }

        private @Nullable Route read(Method method, Words words) {
            if (Generics.isLazy(method.getReturnType())) {
                return problem(
                        method, "returns a lazy result, which would be read after its transaction; return a list");
            }
            Reads said = method.getAnnotation(Reads.class);
            // What is handed on record by record would be handed on twice.
            boolean repeatable = Arrays.stream(method.getParameterTypes())
                    .noneMatch(
                            each -> Consumer.class.isAssignableFrom(each) || BiConsumer.class.isAssignableFrom(each));
            return new Route.Read(
                    operation(method),
                    slots.asked(method, words),
                    said == null ? staleAllowed : said.staleAllowed(),
                    repeatable && (said == null || said.compared()));
        }

        private @Nullable Route write(Method method, Words words) {
            if (Generics.isLazy(method.getReturnType())) {
                return problem(
                        method, "returns a lazy result, which would write after its transaction; return the result");
            }
            if (Arrays.stream(method.getParameterTypes()).anyMatch(Generics::isLazy)) {
                return problem(method, "takes a stream, which can be read only once; take a collection");
            }
            if (slots.hasUnknownKey(method)) {
                return problem(
                        method,
                        "has an argument declared as a key, and it is not clear of which record type; name the type");
            }
            List<Slot> arguments = slots.written(method, words);
            Slot result = slots.result(method, words);
            if (arguments.isEmpty() && result == null) {
                return problem(
                        method,
                        "writes, and neither arguments nor result say which records; annotate the key with"
                                + " @RecordKey, return the records, or declare that the table refuses the method");
            }
            return new Route.Write(operation(method), arguments, result);
        }

        /** An interface may declare these again, to document them as a rule. */
        private static boolean isOfObject(Method method) {
            try {
                Object.class.getMethod(method.getName(), method.getParameterTypes());
                return true;
            } catch (NoSuchMethodException own) {
                return false;
            }
        }

        private String operation(Method method) {
            return type.getSimpleName() + "." + method.getName();
        }

        private @Nullable Route problem(Method method, String what) {
            String parameters = String.join(
                    ", ",
                    Arrays.stream(method.getParameterTypes())
                            .map(Class::getSimpleName)
                            .toList());
            problems.add(method.getName() + "(" + parameters + "): " + what);
            return null;
        }
    }
}
