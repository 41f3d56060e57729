package io.dualwrite.jdbc;

import io.dualwrite.store.KeyCodec;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How a key class lies in columns: a single value in one column, or a Java record whose components lie in one column each,
 * in the order of the key's columns. The text of a composite key is its parts' texts joined by {@code |}, with {@code |} and
 * {@code \} inside a part escaped by {@code \}. The order is that of the first parts, then of the second, and so on.
 */
final class KeyColumns<K> implements KeyCodec<K> {
    private static final char SEPARATOR = '|';
    private static final char ESCAPE = '\\';

    private final List<KeyPart<?>> parts;
    private final List<String> names;
    private final Form<K> form;

    private KeyColumns(List<KeyPart<?>> parts, List<String> names, Form<K> form) {
        this.parts = parts;
        this.names = names;
        this.form = form;
    }

    /** How keys are taken apart and put together. */
    private interface Form<K> {
        List<Object> take(K key);

        K build(List<Object> values);
    }

    /**
     * The columns of the given class of keys.
     *
     * @throws IllegalArgumentException when the class is neither a kind of part nor a record of them
     */
    static <K> KeyColumns<K> of(Class<K> keyClass) {
        KeyPart<?> single = KeyPart.of(keyClass);
        if (single != null) {
            return new KeyColumns<>(List.of(single), List.of(), new Single<>(keyClass));
        }
        if (!keyClass.isRecord() || keyClass.getRecordComponents().length == 0) {
            throw unusable(keyClass, "is neither one of them nor a record of them");
        }
        List<KeyPart<?>> parts = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (RecordComponent component : keyClass.getRecordComponents()) {
            KeyPart<?> part = KeyPart.of(component.getType());
            if (part == null) {
                throw unusable(keyClass, "has a component '" + component.getName() + "' that is none of them");
            }
            parts.add(part);
            names.add(component.getName());
        }
        return new KeyColumns<>(List.copyOf(parts), List.copyOf(names), Composite.of(keyClass));
    }

    /**
     * The columns of keys that are lists of these parts, two or more.
     *
     * @throws IllegalArgumentException when a class is no kind of part
     */
    static KeyColumns<?> ofParts(List<Class<?>> types) {
        List<KeyPart<?>> parts = new ArrayList<>();
        for (Class<?> type : types) {
            KeyPart<?> part = KeyPart.of(type);
            if (part == null) {
                throw unusable(type, "is none of them");
            }
            parts.add(part);
        }
        return new KeyColumns<>(List.copyOf(parts), List.of(), new Listed());
    }

    private static IllegalArgumentException unusable(Class<?> keyClass, String why) {
        return new IllegalArgumentException(
                "Keys consist of Long, Integer, Short, String, UUID or LocalDate; " + keyClass.getName() + " " + why);
    }

    int size() {
        return parts.size();
    }

    /** The names of a composite key's components, in order; empty for a single value. */
    List<String> names() {
        return names;
    }

    /**
     * Whether these columns are, by their names, the key's parts in order. A composite key whose parts are taken for each
     * other's columns names records that do not exist, and nothing would notice.
     */
    boolean isNamed(List<String> columns) {
        return names.isEmpty()
                || names.stream()
                        .map(KeyColumns::plain)
                        .toList()
                        .equals(columns.stream().map(KeyColumns::plain).toList());
    }

    private static String plain(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }

    KeyPart<?> part(int at) {
        return parts.get(at);
    }

    /** The key's text from its columns' values, in the key's order. */
    String textOf(List<?> columnValues) {
        if (parts.size() == 1) {
            return text(parts.get(0), columnValues.get(0));
        }
        List<String> texts = new ArrayList<>();
        for (int at = 0; at < parts.size(); at++) {
            texts.add(text(parts.get(at), columnValues.get(at)));
        }
        return join(texts);
    }

    private static <T> String text(KeyPart<T> part, Object columnValue) {
        return part.codec().encode(part.fromColumn().apply(columnValue));
    }

    /** The values of a key's text, one for each column. */
    List<Object> valuesOf(String text) {
        List<String> texts = split(text);
        if (texts.size() != parts.size()) {
            throw new IllegalArgumentException(
                    "A key of " + parts.size() + " columns was expected, not of " + texts.size());
        }
        List<Object> values = new ArrayList<>();
        for (int at = 0; at < parts.size(); at++) {
            values.add(parts.get(at).codec().decode(texts.get(at)));
        }
        return values;
    }

    @Override
    public String encode(K key) {
        return textOf(form.take(key));
    }

    @Override
    public K decode(String text) {
        return form.build(valuesOf(text));
    }

    @Override
    public int compare(K first, K second) {
        List<Object> one = form.take(first);
        List<Object> two = form.take(second);
        for (int at = 0; at < parts.size(); at++) {
            int order = compare(parts.get(at), one.get(at), two.get(at));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static <T> int compare(KeyPart<T> part, Object first, Object second) {
        return part.codec().compare(part.type().cast(first), part.type().cast(second));
    }

    private String join(List<String> texts) {
        if (texts.size() == 1) {
            return texts.get(0);
        }
        StringBuilder joined = new StringBuilder();
        for (int at = 0; at < texts.size(); at++) {
            if (at > 0) {
                joined.append(SEPARATOR);
            }
            for (char each : texts.get(at).toCharArray()) {
                if (each == SEPARATOR || each == ESCAPE) {
                    joined.append(ESCAPE);
                }
                joined.append(each);
            }
        }
        return joined.toString();
    }

    private List<String> split(String text) {
        if (parts.size() == 1) {
            return List.of(text);
        }
        List<String> texts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        for (int at = 0; at < text.length(); at++) {
            char each = text.charAt(at);
            if (each == SEPARATOR) {
                texts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(each == ESCAPE ? text.charAt(++at) : each);
            }
        }
        texts.add(part.toString());
        return texts;
    }

    private record Single<K>(Class<K> keyClass) implements Form<K> {
        @Override
        public List<Object> take(K key) {
            return List.of(key);
        }

        @Override
        public K build(List<Object> values) {
            return keyClass.cast(values.get(0));
        }
    }

    private record Listed() implements Form<List<?>> {
        @Override
        public List<Object> take(List<?> key) {
            return List.copyOf(key);
        }

        @Override
        public List<?> build(List<Object> values) {
            return values;
        }
    }

    private record Composite<K>(RecordComponent[] components, Constructor<K> constructor) implements Form<K> {
        static <K> Composite<K> of(Class<K> keyClass) {
            RecordComponent[] components = keyClass.getRecordComponents();
            Class<?>[] types = new Class<?>[components.length];
            for (int at = 0; at < types.length; at++) {
                types[at] = components[at].getType();
                components[at].getAccessor().setAccessible(true);
            }
            try {
                Constructor<K> constructor = keyClass.getDeclaredConstructor(types);
                constructor.setAccessible(true);
                return new Composite<>(components, constructor);
            } catch (NoSuchMethodException e) {
                throw new IllegalStateException("Every record has its canonical constructor", e);
            }
        }

        @Override
        public List<Object> take(K key) {
            List<Object> values = new ArrayList<>();
            for (RecordComponent component : components) {
                Object value = call(() -> component.getAccessor().invoke(key));
                if (value == null) {
                    throw new IllegalArgumentException("Part '" + component.getName() + "' of a key is null");
                }
                values.add(value);
            }
            return values;
        }

        @Override
        public K build(List<Object> values) {
            return call(() -> constructor.newInstance(values.toArray()));
        }

        private interface Reflective<T> {
            T call() throws ReflectiveOperationException;
        }

        private static <T> T call(Reflective<T> reflective) {
            try {
                return reflective.call();
            } catch (InvocationTargetException thrown) {
                throw new IllegalArgumentException("A key class's own code threw", thrown.getCause());
            } catch (ReflectiveOperationException closed) {
                throw new IllegalStateException("A key's record class must be open to dualwrite", closed);
            }
        }
    }
}
