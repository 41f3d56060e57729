package io.dualwrite.decorate;

import io.dualwrite.store.RecordType;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Finds the places where the methods of an interface name records; where types and names leave a doubt it finds none. */
final class Slots {
    private final List<RecordType<?, ?>> records;
    private final Generics generics;
    private final Set<RecordType<?, ?>> mentioned = new LinkedHashSet<>();
    /** What was declared in code, as annotations would say it: method and position to the record type's name. */
    private final Map<String, String> declared = new HashMap<>();

    Slots(Class<?> type, Collection<? extends RecordType<?, ?>> records) {
        this.records = List.copyOf(records);
        this.generics = new Generics(type, of -> recordType(of) != null);
        for (Method method : type.getMethods()) {
            mention(generics.content(method.getGenericReturnType()));
            Arrays.stream(method.getGenericParameterTypes())
                    .map(generics::content)
                    .forEach(this::mention);
        }
    }

    /** Why the result is worked off too late, or null. */
    @Nullable String lazyResult(Method method) {
        return generics.lazy(method.getGenericReturnType());
    }

    /**
     * The record types that a range is about: those named, or else the only one that the interface is about, or that there
     * is.
     *
     * @throws IllegalArgumentException when that is not clear; the message says why
     */
    List<RecordType<?, ?>> ranged(List<String> names) {
        List<RecordType<?, ?>> found = new ArrayList<>();
        for (String name : names) {
            found.add(records.stream()
                    .filter(each -> each.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("there is no record type '" + name + "'")));
        }
        if (names.isEmpty()) {
            Collection<RecordType<?, ?>> about = mentioned.isEmpty() ? records : mentioned;
            if (about.size() != 1) {
                throw new IllegalArgumentException("it is not clear of which record types; name them: "
                        + records.stream().map(RecordType::name).toList());
            }
            found.addAll(about);
        }
        return found;
    }

    /** The two arguments marked as keys of one type between which a range lies; null when it is not just those. */
    @Nullable List<Slot> bounds(Method method) {
        List<Slot> bounds = new ArrayList<>();
        for (int at = 0; at < method.getParameterCount(); at++) {
            RecordType<?, ?> of = keyType(method, at);
            Type type = method.getGenericParameterTypes()[at];
            boolean single = generics.raw(type) == generics.content(type)
                    || generics.raw(type).isPrimitive();
            if (of != null && single && mark(method, at) != null) {
                bounds.add(new Slot(at, of, true));
            }
        }
        return bounds.size() == 2 && bounds.get(0).type() == bounds.get(1).type() ? bounds : null;
    }

    void declare(String method, int argument, String type) {
        declared.put(method + " " + argument, type);
    }

    private void mention(Class<?> content) {
        RecordType<?, ?> record = recordType(content);
        if (record != null) {
            mentioned.add(record);
        }
    }

    /** The argument that is the key a read asks by. */
    @Nullable Slot asked(Method method, Words words) {
        Slot found = null;
        for (int at = 0; at < method.getParameterCount(); at++) {
            RecordType<?, ?> of = keyType(method, at);
            boolean only = method.getParameterCount() == 1;
            if (of != null && (mark(method, at) != null || only && words.isByKey(of.recordClass(), true))) {
                found = new Slot(at, of, true);
            }
        }
        return found;
    }

    /** The arguments that name what a write changes: records, marked keys, or else the one argument that must be the key. */
    List<Slot> written(Method method, Words words) {
        List<Slot> sure = new ArrayList<>();
        List<Slot> keys = new ArrayList<>();
        for (int at = 0; at < method.getParameterCount(); at++) {
            Parameter parameter = method.getParameters()[at];
            RecordType<?, ?> record = recordType(generics.content(parameter.getParameterizedType()));
            RecordType<?, ?> key = keyType(method, at);
            if (record != null) {
                sure.add(new Slot(at, record, false));
            } else if (key != null && mark(method, at) != null) {
                sure.add(new Slot(at, key, true));
            } else if (key != null && isKey(parameter, words, key, method.getParameterCount())) {
                keys.add(new Slot(at, key, true));
            }
        }
        return List.copyOf(sure.isEmpty() && keys.size() == 1 && keysOffered(method) == 1 ? keys : sure);
    }

    /** How many arguments could be keys by their class: with two of them, one may be the key that a record gets. */
    private long keysOffered(Method method) {
        return IntStream.range(0, method.getParameterCount())
                .filter(at -> keyType(method, at) != null)
                .count();
    }

    /** Whether an argument is marked as a key and nobody knows of which record type. */
    boolean hasUnknownKey(Method method) {
        return IntStream.range(0, method.getParameterCount())
                .anyMatch(at -> mark(method, at) != null && keyType(method, at) == null);
    }

    /** What the result names: records, a marked key, or the key that a creating method returns. */
    @Nullable Slot result(Method method, Words words) {
        Class<?> content = generics.content(method.getGenericReturnType());
        RecordType<?, ?> record = recordType(content);
        if (record != null) {
            return new Slot(Slot.RESULT, record, false);
        }
        RecordKey said = method.getAnnotation(RecordKey.class);
        RecordType<?, ?> key = keyType(method.getGenericReturnType(), said == null ? null : said.value());
        return key != null && (said != null || words.creates()) ? new Slot(Slot.RESULT, key, true) : null;
    }

    /** The record type's name where an argument is marked as a key, empty where the mark names none, null without a mark. */
    private @Nullable String mark(Method method, int at) {
        RecordKey said = method.getParameters()[at].getAnnotation(RecordKey.class);
        String bySignature = declared.get(MethodTable.signature(method) + " " + at);
        return said != null
                ? said.value()
                : bySignature != null ? bySignature : declared.get(method.getName() + " " + at);
    }

    private static boolean isKey(Parameter parameter, Words method, RecordType<?, ?> of, int parameters) {
        boolean named = parameter.isNamePresent() && new Words(parameter.getName()).isKeyOf(of.recordClass());
        boolean many = parameter.getType().isArray() || Iterable.class.isAssignableFrom(parameter.getType());
        return named || (parameters == 1 ? method.isByKey(of.recordClass(), many) : method.endsByKey());
    }

    private @Nullable RecordType<?, ?> recordType(Class<?> content) {
        return records.stream()
                .filter(each -> each.recordClass().isAssignableFrom(content))
                .findFirst()
                .orElse(null);
    }

    private @Nullable RecordType<?, ?> keyType(Method method, int at) {
        return keyType(method.getGenericParameterTypes()[at], mark(method, at));
    }

    /** Of which type these are keys; {@code said} is what their mark names, null without a mark. */
    private @Nullable RecordType<?, ?> keyType(Type type, @Nullable String said) {
        Class<?> mapKeys = said == null ? null : generics.mapKeys(type);
        RecordType<?, ?> ofMap = mapKeys == null ? null : keyType(mapKeys, String.valueOf(said));
        return ofMap != null ? ofMap : keyType(generics.content(type), said == null ? "" : said);
    }

    /** The one type with keys of this class that is named, or else that the interface is about. */
    private @Nullable RecordType<?, ?> keyType(Class<?> content, String name) {
        Set<RecordType<?, ?>> about = name.isEmpty() ? mentioned : new HashSet<>(records);
        List<RecordType<?, ?>> fitting = about.stream()
                .filter(each -> each.keyClass() == content)
                .filter(each -> name.isEmpty() || each.name().equals(name))
                .toList();
        return fitting.size() == 1 ? fitting.get(0) : null;
    }
}
