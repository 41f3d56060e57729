package io.dualwrite;

import io.dualwrite.store.KeyCodec;
import io.dualwrite.store.KeyCodecs;
import java.util.List;
import java.util.UUID;

/** Writes keys whose class was not declared, each with its class in front: {@code Long:42}. Knows the four usual classes. */
final class TaggedKeys<K> implements KeyCodec<K> {
    private static final List<Class<?>> CLASSES = List.of(Long.class, Integer.class, String.class, UUID.class);

    @Override
    public String encode(K key) {
        Class<K> of = classOf(key);
        return of.getSimpleName() + ":" + KeyCodecs.of(of).encode(key);
    }

    @Override
    @SuppressWarnings("unchecked")
    public K decode(String text) {
        int colon = text.indexOf(':');
        Class<?> of = CLASSES.stream()
                .filter(each -> each.getSimpleName().equals(text.substring(0, Math.max(0, colon))))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No key of this repository was written like this"));
        return (K) KeyCodecs.of(of).decode(text.substring(colon + 1));
    }

    @Override
    public int compare(K first, K second) {
        int byClass = Integer.compare(CLASSES.indexOf(classOf(first)), CLASSES.indexOf(classOf(second)));
        return byClass != 0 ? byClass : KeyCodecs.of(classOf(first)).compare(first, second);
    }

    @SuppressWarnings("unchecked")
    private static <K> Class<K> classOf(K key) {
        if (!CLASSES.contains(key.getClass())) {
            throw new IllegalArgumentException("Keys of " + key.getClass().getName()
                    + " need a codec: build the repository with .codec(...); Long, Integer, String and UUID need none");
        }
        return (Class<K>) key.getClass();
    }
}
