package io.dualwrite.decorate;

import java.lang.invoke.MethodType;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;

/** What an interface's types are once its type variables are known: {@code T} of a base interface is an {@code Order}. */
final class Generics {
    private final Map<TypeVariable<?>, Type> bindings = new HashMap<>();

    Generics(Class<?> type) {
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
        Class<?> raw = raw(type);
        if (type instanceof TypeVariable<?> variable && bindings.containsKey(variable)) {
            return content(bindings.get(variable));
        }
        if (type instanceof GenericArrayType array) {
            return content(array.getGenericComponentType());
        }
        if (raw.isArray() && !raw.getComponentType().isPrimitive()) {
            return content(raw.getComponentType());
        }
        boolean container = Optional.class.isAssignableFrom(raw)
                || Iterable.class.isAssignableFrom(raw)
                || Map.class.isAssignableFrom(raw);
        if (container && type instanceof ParameterizedType parameterized) {
            Type[] inside = parameterized.getActualTypeArguments();
            return content(inside[inside.length - 1]);
        }
        return boxed(raw);
    }

    /** Whether values of the class are worked off after the call that returned them. */
    static boolean isLazy(Class<?> type) {
        return CompletionStage.class.isAssignableFrom(type)
                || Future.class.isAssignableFrom(type)
                || BaseStream.class.isAssignableFrom(type)
                || Iterator.class.isAssignableFrom(type)
                || Flow.Publisher.class.isAssignableFrom(type)
                || isReactive(type);
    }

    /** By name: the library does not depend on it. */
    private static boolean isReactive(@Nullable Class<?> type) {
        return type != null
                && (type.getName().equals("org.reactivestreams.Publisher")
                        || isReactive(type.getSuperclass())
                        || Arrays.stream(type.getInterfaces()).anyMatch(Generics::isReactive));
    }

    private static Class<?> boxed(Class<?> type) {
        return MethodType.methodType(type).wrap().returnType();
    }
}
