package io.dualwrite.compare;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.temporal.TemporalAccessor;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * <strong>SPI.</strong> How a value is shown in a {@link Difference}, which ends in logs. Thread-safe; must not throw,
 * whatever the value does when it is looked at.
 */
@FunctionalInterface
public interface Redactor {
    /** One line that stands for the value, the same each time, and gives nothing of it away. */
    String show(@Nullable Object value);

    /**
     * Type, length and a short hash, never the value: {@code String(12)#3fa9}. The hash is salted anew in each process, so
     * that equal values can be told from unequal ones in one process's log and nothing can be looked up.
     */
    static Redactor hashes() {
        return Hashes.INSTANCE;
    }

    /** The redactor behind {@link #hashes()}. */
    enum Hashes implements Redactor {
        INSTANCE;

        private final byte[] salt = new SecureRandom().generateSeed(16);

        @Override
        public String show(@Nullable Object value) {
            if (value == null) {
                return "null";
            }
            String type = value.getClass().getSimpleName();
            try {
                return type + rest(value);
            } catch (RuntimeException unreadable) {
                // A collection or an entity that is loaded when it is first looked at, and cannot be any more.
                return type + "(unreadable)";
            }
        }

        private String rest(Object value) {
            if (value instanceof Collection<?> many) {
                return "(" + many.size() + ")";
            }
            if (value instanceof Map<?, ?> map) {
                return "(" + map.size() + ")";
            }
            if (value instanceof CharSequence text) {
                return "(" + text.length() + ")#" + hash(text.toString());
            }
            boolean plain = value instanceof Number
                    || value instanceof Boolean
                    || value instanceof Character
                    || value instanceof Enum
                    || value instanceof UUID
                    || value instanceof TemporalAccessor;
            return plain ? "#" + hash(value.toString()) : "";
        }

        private String hash(String text) {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                digest.update(salt);
                return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)), 0, 2);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("Every Java platform has SHA-256", e);
            }
        }
    }
}
