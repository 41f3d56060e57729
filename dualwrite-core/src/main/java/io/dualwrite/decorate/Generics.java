package io.dualwrite.decorate;

import java.lang.invoke.MethodType;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;

/** What an interface's types are once its type variables are known: {@code T} of a base interface is an {@code Order}. */
final class Generics {
    /** So far into nested types. */
    private static final int DEEPEST = 8;

    private static final Set<String> REACTIVE = Set.of("Publisher", "Flux", "Mono");
    private static final List<String> REACTIVE_PACKAGES = List.of("io.reactivex.", "rx.", "io.smallrye.mutiny.");

    private final Map<TypeVariable<?>, Type> bindings = new HashMap<>();
    private final Predicate<Class<?>> isRecord;

    /** {@code isRecord} tells the classes of records, which may be iterables themselves. */
    Generics(Class<?> type, Predicate<Class<?>> isRecord) {
        this.isRecord = isRecord;
        bind(type);
    }

    private void bind(Class<?> type) {
        for (Type base : type.getGenericInterfaces()) {
            if (base instanceof ParameterizedType parameterized && parameterized.getRawType() instanceof Class<?> raw) {
                for (int at = 0; at < raw.getTypeParameters().length; at++) {
                    bindings.put(raw.getTypeParameters()[at], parameterized.getActualTypeArguments()[at]);
                }
                bind(raw);
            } else if (base instanceof Class<?> raw) {
                bind(raw);
            }
        }
    }

    /** The class behind a type. */
    Class<?> raw(Type type) {
        if (type instanceof Class<?> known) {
            return known;
        }
        if (type instanceof ParameterizedType parameterized) {
            return raw(parameterized.getRawType());
        }
        if (type instanceof WildcardType wildcard) {
            return raw(wildcard.getUpperBounds()[0]);
        }
        if (type instanceof GenericArrayType array) {
            return raw(array.getGenericComponentType()).arrayType();
        }
        if (type instanceof TypeVariable<?> variable) {
            Type bound = bindings.get(variable);
            return raw(bound == null ? variable.getBounds()[0] : bound);
        }
        return Object.class;
    }

    /** The class of what is inside, past optionals, arrays, iterables and values of maps; boxed. */
    Class<?> content(Type type) {
        return content(type, DEEPEST);
    }

    private Class<?> content(Type type, int deep) {
        Class<?> raw = raw(type);
        if (deep == 0) {
            return boxed(raw);
        }
        if (type instanceof TypeVariable<?> variable) {
            Type bound = bindings.get(variable);
            return content(bound == null ? variable.getBounds()[0] : bound, deep - 1);
        }
        if (type instanceof WildcardType wildcard) {
            return content(wildcard.getUpperBounds()[0], deep - 1);
        }
        if (type instanceof GenericArrayType array) {
            return content(array.getGenericComponentType(), deep - 1);
        }
        if (raw.isArray() && raw.getComponentType() != byte.class && raw.getComponentType() != char.class) {
            return content(raw.getComponentType(), deep - 1);
        }
        boolean container = Optional.class.isAssignableFrom(raw)
                || Iterable.class.isAssignableFrom(raw)
                || Map.class.isAssignableFrom(raw);
        if (container && type instanceof ParameterizedType parameterized) {
            Type[] inside = parameterized.getActualTypeArguments();
            return content(inside[inside.length - 1], deep - 1);
        }
        return boxed(raw);
    }

    /** The class of a map's keys, or null for anything else. */
    @Nullable Class<?> mapKeys(Type type) {
        return Map.class.isAssignableFrom(raw(type)) && type instanceof ParameterizedType map
                ? content(map.getActualTypeArguments()[0])
                : null;
    }

    /**
     * Why results of the type, or what is inside them, are worked off only after the call that returned them, and what to do
     * instead; null when they are not.
     */
    @Nullable String lazy(Type type) {
        return lazy(type, DEEPEST);
    }

    private @Nullable String lazy(Type type, int deep) {
        Class<?> raw = raw(type);
        String why = whyLazy(raw);
        if (why == null && deep > 0 && type instanceof ParameterizedType parameterized) {
            for (Type inside : parameterized.getActualTypeArguments()) {
                why = why == null ? lazy(inside, deep - 1) : why;
            }
        }
        return why;
    }

    private @Nullable String whyLazy(Class<?> raw) {
        if (CompletionStage.class.isAssignableFrom(raw) || Future.class.isAssignableFrom(raw)) {
            return "returns a " + raw.getSimpleName() + ", whose work goes on when its transaction is over; return the"
                    + " result itself, and where a future is wanted make one around the call:"
                    + " supplyAsync(() -> repository.find(key))";
        }
        if (isReactive(raw)) {
            return "returns a " + raw.getSimpleName() + ", which begins when somebody subscribes and has no transaction"
                    + " then; return a list, and make a publisher around the call";
        }
        boolean unread = Iterable.class.isAssignableFrom(raw)
                && raw != Iterable.class
                && !Collection.class.isAssignableFrom(raw)
                && !isRecord.test(raw);
        if (BaseStream.class.isAssignableFrom(raw) || Iterator.class.isAssignableFrom(raw) || unread) {
            return "returns a " + raw.getSimpleName()
                    + ", which is read when its transaction is over; return a list, or"
                    + " take a consumer of what is read";
        }
        return raw == Supplier.class || raw == Callable.class
                ? "returns a " + raw.getSimpleName() + ", which does its work when its transaction is over; return the"
                        + " result"
                : null;
    }

    /** Whether an argument of the class can be read only once. */
    static boolean isReadOnce(Class<?> type) {
        return BaseStream.class.isAssignableFrom(type) || Iterator.class.isAssignableFrom(type) || isReactive(type);
    }

    /** Whether an argument of the class is handed what was read while it is read: it must not be handed it twice. */
    static boolean isConsumer(Class<?> type) {
        return type.isInterface()
                && type.isAnnotationPresent(FunctionalInterface.class)
                && type != Comparator.class
                && !type.getSimpleName().endsWith("Supplier")
                && !type.getSimpleName().endsWith("Predicate");
    }

    /** By name: the library does not depend on any of them. */
    private static boolean isReactive(@Nullable Class<?> type) {
        return type != null
                && (REACTIVE.contains(type.getSimpleName())
                        || REACTIVE_PACKAGES.stream().anyMatch(type.getName()::startsWith)
                        || isReactive(type.getSuperclass())
                        || Arrays.stream(type.getInterfaces()).anyMatch(Generics::isReactive));
    }

    private static Class<?> boxed(Class<?> type) {
        return MethodType.methodType(type).wrap().returnType();
    }
}
