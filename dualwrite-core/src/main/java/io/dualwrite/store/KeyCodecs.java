package io.dualwrite.store;

import java.util.UUID;
import java.util.function.Function;

/** Ready-made codecs for the usual kinds of keys. */
public final class KeyCodecs {
    private KeyCodecs() {}

    /** The codec for {@code Long}, {@code Integer}, {@code String} (binary order) or {@code UUID} keys. */
    @SuppressWarnings("unchecked")
    public static <K> KeyCodec<K> of(Class<K> keyClass) {
        KeyCodec<?> codec;
        if (keyClass == Long.class) {
            codec = natural(Long::valueOf);
        } else if (keyClass == Integer.class) {
            codec = natural(Integer::valueOf);
        } else if (keyClass == String.class) {
            codec = new Text();
        } else if (keyClass == UUID.class) {
            codec = new Uuid();
        } else {
            throw new IllegalArgumentException("No ready-made codec for keys of " + keyClass.getName()
                    + "; there are Long, Integer, String and UUID; write a KeyCodec for any other");
        }
        return (KeyCodec<K>) codec;
    }

    private static <K extends Comparable<K>> KeyCodec<K> natural(Function<String, K> decode) {
        return new KeyCodec<>() {
            @Override
            public String encode(K key) {
                return key.toString();
            }

            @Override
            public K decode(String text) {
                return decode.apply(text);
            }

            @Override
            public int compare(K first, K second) {
                return first.compareTo(second);
            }
        };
    }

    /** In the order of code points, which is the order of UTF-8 bytes. */
    private static final class Text implements KeyCodec<String> {
        @Override
        public String encode(String key) {
            return key;
        }

        @Override
        public String decode(String text) {
            return text;
        }

        @Override
        public int compare(String first, String second) {
            int length = Math.min(first.length(), second.length());
            for (int at = 0; at < length; at++) {
                char a = first.charAt(at);
                char b = second.charAt(at);
                if (a != b) {
                    // A surrogate stands for a code point above every other char, though its own value is smaller.
                    boolean surrogateA = Character.isSurrogate(a);
                    return surrogateA == Character.isSurrogate(b) ? Character.compare(a, b) : surrogateA ? 1 : -1;
                }
            }
            return Integer.compare(first.length(), second.length());
        }
    }

    /** In the order of the sixteen bytes, unsigned. */
    private static final class Uuid implements KeyCodec<UUID> {
        @Override
        public String encode(UUID key) {
            return key.toString();
        }

        @Override
        public UUID decode(String text) {
            return UUID.fromString(text);
        }

        @Override
        public int compare(UUID first, UUID second) {
            int high = Long.compareUnsigned(first.getMostSignificantBits(), second.getMostSignificantBits());
            return high != 0
                    ? high
                    : Long.compareUnsigned(first.getLeastSignificantBits(), second.getLeastSignificantBits());
        }
    }
}
