package io.dualwrite.store;

/**
 * <strong>SPI.</strong> A key as canonical text and back, and the order in which stores list keys. Pure and thread-safe.
 * {@code decode(encode(k)).equals(k)} for every key; equal keys encode equally; the order is total and is the order in
 * which both stores return keys.
 */
public interface KeyCodec<K> {
    /** The canonical text of a key, at most 400 characters. */
    String encode(K key);

    /** The key of a canonical text. */
    K decode(String text);

    /** Negative, zero or positive as the first key is listed before, is, or is listed after the second. */
    int compare(K first, K second);
}
