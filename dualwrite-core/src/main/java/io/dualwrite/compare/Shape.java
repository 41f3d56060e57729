package io.dualwrite.compare;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a value is made of, as far as comparing goes. */
sealed interface Shape {
    /** Compared by its own {@code equals}. */
    record Leaf(@Nullable Object value) implements Shape {}

    /** Named parts: a record's components, a bean's properties. */
    record Fields(Class<?> type, Map<String, @Nullable Object> parts) implements Shape {}

    /** Parts by position. */
    record Ordered(List<@Nullable Object> parts) implements Shape {}

    /** Parts in no order. */
    record Unordered(List<@Nullable Object> parts) implements Shape {}

    /** Parts by key. */
    record Keyed(Map<?, ?> parts) implements Shape {}

    /** The shape of a value; what the platform itself defines, apart from containers, is a leaf. */
    static Shape of(@Nullable Object value) {
        if (value instanceof Optional<?> optional) {
            List<@Nullable Object> content = new ArrayList<>();
            optional.ifPresent(content::add);
            return new Ordered(content);
        }
        if (value instanceof Map<?, ?> map) {
            return new Keyed(map);
        }
        if (value instanceof Set<?> set) {
            return new Unordered(new ArrayList<>(set));
        }
        if (value instanceof Collection<?> many) {
            return new Ordered(new ArrayList<>(many));
        }
        if (value == null || value instanceof Enum) {
            return new Leaf(value);
        }
        if (value.getClass().isArray()) {
            return new Ordered(elements(value));
        }
        List<Method> getters = Getters.BY_CLASS.get(value.getClass());
        return getters.isEmpty() ? new Leaf(value) : new Fields(value.getClass(), parts(value, getters));
    }

    private static List<@Nullable Object> elements(Object array) {
        List<@Nullable Object> elements = new ArrayList<>();
        for (int at = 0; at < Array.getLength(array); at++) {
            elements.add(Array.get(array, at));
        }
        return elements;
    }

    private static Map<String, @Nullable Object> parts(Object value, List<Method> getters) {
        Map<String, @Nullable Object> parts = new LinkedHashMap<>();
        for (Method getter : getters) {
            try {
                parts.put(Getters.property(getter), getter.invoke(value));
            } catch (InvocationTargetException | IllegalAccessException e) {
                throw new IllegalStateException("Cannot read " + getter + " for comparing", e);
            }
        }
        return parts;
    }

    /** How the named parts of a class are read. */
    final class Getters extends ClassValue<List<Method>> {
        static final Getters BY_CLASS = new Getters();

        @Override
        protected List<Method> computeValue(Class<?> type) {
            if (type.getName().startsWith("java.")) {
                return List.of();
            }
            return type.isRecord() ? components(type) : properties(type);
        }

        private static List<Method> components(Class<?> type) {
            List<Method> accessors = new ArrayList<>();
            for (RecordComponent component : type.getRecordComponents()) {
                // A record nested in a class that is not public has public accessors that cannot be called otherwise.
                component.getAccessor().setAccessible(true);
                accessors.add(component.getAccessor());
            }
            return List.copyOf(accessors);
        }

        private static List<Method> properties(Class<?> type) {
            Map<String, Method> byName = new TreeMap<>();
            for (Method method : type.getMethods()) {
                if (isGetter(method)) {
                    method.setAccessible(true);
                    byName.put(property(method), method);
                }
            }
            return List.copyOf(byName.values());
        }

        private static boolean isGetter(Method method) {
            String name = method.getName();
            boolean named = name.startsWith("get") && name.length() > 3
                    || name.startsWith("is") && name.length() > 2 && method.getReturnType() == boolean.class;
            return named
                    && method.getParameterCount() == 0
                    && method.getReturnType() != void.class
                    && !method.isBridge()
                    && !Modifier.isStatic(method.getModifiers())
                    && method.getDeclaringClass() != Object.class;
        }

        static String property(Method getter) {
            String name = getter.getName();
            if (getter.getDeclaringClass().isRecord()) {
                return name;
            }
            String rest = name.substring(name.startsWith("is") ? 2 : 3);
            return Character.toLowerCase(rest.charAt(0)) + rest.substring(1);
        }
    }
}
