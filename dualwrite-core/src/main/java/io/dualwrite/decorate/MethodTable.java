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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What each method of a repository interface does: read, write, or run its default body. Taken, in this order, from the
 * declarations made in code, from {@link Reads} and {@link Writes}, and from the method's name; where that leaves a doubt
 * nothing is guessed. A read says at most by which key it asks; a write must name every record it changes, by arguments that
 * are records or keys or contain them, or by its result, or else declare a range of them. Immutable and thread-safe.
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

    /** As problems name it, and declarations may. */
    static String signature(Method method) {
        return Arrays.stream(method.getParameterTypes())
                .map(Class::getSimpleName)
                .collect(Collectors.joining(", ", method.getName() + "(", ")"));
    }

    /**
     * Collects what names and types do not tell. Methods are meant by name, {@code "find"}, all overloads alike; or one of
     * them by its signature, {@code "find(Long, String)"}, with the simple names of the classes of its parameters, and then
     * nothing that is declared of the name holds for it. Not thread-safe.
     */
    public static final class Builder {
        private static final String UNKNOWN_KEY =
                "has an argument declared as a key, and it is not clear of which record type; name the type";

        private final Class<?> type;
        private final Slots slots;
        private final Set<String> reading = new HashSet<>();
        private final Set<String> writing = new HashSet<>();
        private final Set<String> refused = new HashSet<>();
        private final Set<String> keyed = new HashSet<>();
        private final Map<String, Ranged> ranged = new HashMap<>();
        private final List<String> problems = new ArrayList<>();
        private @Nullable String noRanges;
        private boolean staleAllowed;

        /** What a range was declared to be. */
        private record Ranged(Range range, List<String> types) {}

        private Builder(Class<?> type, Collection<? extends RecordType<?, ?>> records) {
            this.type = type;
            this.slots = new Slots(type, records);
        }

        /** These methods read. */
        public Builder reads(String... methods) {
            reading.addAll(named(methods));
            return this;
        }

        /** These methods write; their arguments or results must still name the records. */
        public Builder writes(String... methods) {
            writing.addAll(named(methods));
            return this;
        }

        /** This argument of the method, counted from 0, is the key of a record; as {@link RecordKey} says it. */
        public Builder key(String method, int argument) {
            return key(method, argument, "");
        }

        /** As {@link #key(String, int)}, of records of the named type. */
        public Builder key(String method, int argument, String recordType) {
            String name = named(method).get(0);
            slots.declare(name, argument, recordType);
            keyed.add(name);
            return this;
        }

        /**
         * The method writes, and any record of these types may be changed by it, removed or added; without types, of the one
         * that the interface is about. As {@link Writes#range()} says it.
         */
        public Builder rangeDirty(String method, String... recordTypes) {
            ranged.put(named(method).get(0), new Ranged(Range.ALL, List.of(recordTypes)));
            return this;
        }

        /**
         * The method writes, and may change records whose keys are one of these two arguments, counted from 0, or lie between
         * them. As {@link Range#BETWEEN} says it.
         */
        public Builder rangeDirty(String method, int one, int other) {
            String name = named(method).get(0);
            ranged.put(name, new Ranged(Range.BETWEEN, List.of()));
            return key(name, one).key(name, other);
        }

        private static List<String> named(String... methods) {
            return Arrays.stream(methods)
                    .map(method -> method.replaceAll("\\s+", "").replace(",", ", "))
                    .toList();
        }

        /**
         * These methods are not used: calling one throws {@link UnsupportedOperationException}. For what an inherited
         * interface offers and nobody can follow, such as {@code deleteAll()}.
         */
        public Builder refuses(String... methods) {
            refused.addAll(named(methods));
            return this;
        }

        /**
         * Refuses every method that declares a range, for stores that cannot list their keys: nobody could bring it over.
         *
         * @param why what the refusals say
         */
        public Builder withoutRanges(String why) {
            noRanges = why;
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
                names.add(signature(method));
                if (!Modifier.isStatic(method.getModifiers())) {
                    Route route = route(method);
                    if (route != null) {
                        routes.put(method, route);
                    }
                }
            }
            for (Set<String> declared : List.of(reading, writing, refused, keyed, ranged.keySet())) {
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
            if (isOfObject(method)) {
                return null;
            }
            if (method.isBridge()) {
                // Calls the method that it stands for, which is routed.
                return body(method);
            }
            String name = declaredName(method);
            if (refused.contains(name)) {
                return new Route.Refused(method.getName() + " is declared as not to be used while "
                        + type.getSimpleName() + " is being migrated");
            }
            boolean declaredRead = reading.contains(name);
            Ranged range = ranged.get(name);
            boolean declaredWrite = writing.contains(name) || range != null;
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
            Words words = new Words(method.getName());
            Writes said = method.getAnnotation(Writes.class);
            if (range == null && declaredWrite && said != null && said.range() != Range.NONE) {
                range = new Ranged(said.range(), List.of(said.types()));
            }
            if (range != null) {
                return rangeWrite(method, range);
            }
            boolean answers = method.getReturnType() != void.class || handsOn(method);
            if (declaredRead || !declaredWrite && words.reads() && answers) {
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

        private static boolean handsOn(Method method) {
            return Arrays.stream(method.getParameterTypes()).anyMatch(Generics::isConsumer);
        }

        private String declaredName(Method method) {
            String signature = signature(method);
            boolean bySignature = Stream.of(reading, writing, refused, ranged.keySet())
                    .anyMatch(declared -> declared.contains(signature));
            return bySignature ? signature : method.getName();
        }

        private @Nullable Route rangeWrite(Method method, Ranged range) {
            if (noRanges != null) {
                return problem(method, "is declared to change a range, and " + noRanges);
            }
            String lazy = slots.lazyResult(method);
            if (lazy != null) {
                return problem(method, lazy);
            }
            if (range.range() == Range.ALL) {
                try {
                    return new Route.RangeWrite(operation(method), slots.ranged(range.types()), null);
                } catch (IllegalArgumentException unclear) {
                    return problem(method, "is declared to change a range, and " + unclear.getMessage());
                }
            }
            if (slots.hasUnknownKey(method)) {
                return problem(method, UNKNOWN_KEY);
            }
            List<Slot> bounds = slots.bounds(method);
            if (bounds == null) {
                return problem(
                        method,
                        "is declared to change what lies between two keys; mark exactly two arguments with @RecordKey,"
                                + " single keys of one record type");
            }
            RecordType<?, ?> type = bounds.get(0).type();
            if (!type.hasNaturalOrder()) {
                return problem(
                        method,
                        "is declared to change what lies between two keys of " + type.name()
                                + ", whose order is not the same in every store as that of whole numbers and dates is;"
                                + " declare Range.ALL");
            }
            return new Route.RangeWrite(operation(method), List.of(type), bounds);
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
            String lazy = slots.lazyResult(method);
            if (lazy != null) {
                return problem(method, lazy);
            }
            if (handsOn(method)) {
                return new Route.HandingOn();
            }
            Reads said = method.getAnnotation(Reads.class);
            return new Route.Read(
                    operation(method),
                    slots.asked(method, words),
                    said == null ? staleAllowed : said.staleAllowed(),
                    said == null || said.compared());
        }

        private @Nullable Route write(Method method, Words words) {
            String lazy = slots.lazyResult(method);
            if (lazy != null) {
                return problem(method, lazy);
            }
            if (Arrays.stream(method.getParameterTypes()).anyMatch(Generics::isReadOnce)) {
                return problem(method, "takes a stream, which can be read only once; take a collection");
            }
            if (slots.hasUnknownKey(method)) {
                return problem(method, UNKNOWN_KEY);
            }
            List<Slot> arguments = slots.written(method, words);
            Slot result = slots.result(method, words);
            if (arguments.isEmpty() && result == null) {
                return problem(
                        method,
                        "writes, and neither arguments nor result say which records; annotate the key with"
                                + " @RecordKey, return the records, declare that any record may change with"
                                + " @Writes(range = Range.ALL), or declare that the table refuses the method");
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
            problems.add(signature(method) + ": " + what);
            return null;
        }
    }
}
