package io.dualwrite.compare;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A short digest of an object's contents, by structure as {@link FieldEquivalence} sees it: equal contents have equal
 * digests on both sides and after a restart. Decimals count by value, numbers of one value alike whatever their class. An
 * object that has no readable fields counts by its hash code, which is all that is known of it.
 */
public final class Fingerprint {
    private Fingerprint() {}

    /** 128 bits of SHA-256 over the canonical encoding, as 32 hex digits. */
    public static String of(@Nullable Object value) {
        try {
            byte[] encoded = new Encoder().encoded(value);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(encoded), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** Every part is preceded by its kind and its length, so that no two different contents are encoded alike. */
    private static final class Encoder {
        private final IdentityHashMap<Object, Integer> open = new IdentityHashMap<>();

        byte[] encoded(@Nullable Object value) {
            if (value == null) {
                return new byte[] {'n'};
            }
            Integer above = open.get(value);
            if (above != null || open.size() >= FieldEquivalence.DEEPEST) {
                return text('c', String.valueOf(above));
            }
            open.put(value, open.size());
            try {
                return shaped(Shape.of(value));
            } finally {
                open.remove(value);
            }
        }

        private byte[] shaped(Shape shape) {
            if (shape instanceof Shape.Fields fields) {
                List<byte[]> parts = new ArrayList<>();
                fields.parts().forEach((name, part) -> {
                    parts.add(text('k', name));
                    parts.add(encoded(part));
                });
                return joined('{', parts);
            }
            if (shape instanceof Shape.Ordered ordered) {
                return joined('[', each(ordered.parts()));
            }
            if (shape instanceof Shape.Unordered unordered) {
                List<byte[]> parts = each(unordered.parts());
                parts.sort(Arrays::compare);
                return joined('(', parts);
            }
            if (shape instanceof Shape.Keyed keyed) {
                List<byte[]> parts = new ArrayList<>();
                for (Map.Entry<?, ?> entry : keyed.parts().entrySet()) {
                    parts.add(joined('e', List.of(encoded(entry.getKey()), encoded(entry.getValue()))));
                }
                parts.sort(Arrays::compare);
                return joined('<', parts);
            }
            return leaf(((Shape.Leaf) shape).value());
        }

        private List<byte[]> each(List<@Nullable Object> parts) {
            List<byte[]> encoded = new ArrayList<>();
            parts.forEach(part -> encoded.add(encoded(part)));
            return encoded;
        }

        private static byte[] leaf(@Nullable Object value) {
            if (value instanceof CharSequence || value instanceof Character || value instanceof Enum) {
                return text('s', value.toString());
            }
            if (value instanceof Number number) {
                return text('d', plain(number));
            }
            if (value != null && value.getClass().getName().startsWith("java.time.")) {
                return text('t', value.toString());
            }
            return text('h', value == null ? "" : value.getClass().getName() + value.hashCode());
        }

        private static String plain(Number number) {
            if (number instanceof Double || number instanceof Float) {
                double value = number.doubleValue();
                // Adding zero turns -0.0 into 0.0.
                return Double.isFinite(value) ? plain(new BigDecimal(number.toString())) : String.valueOf(value + 0.0);
            }
            if (number instanceof BigInteger whole) {
                return plain(new BigDecimal(whole));
            }
            if (number instanceof BigDecimal decimal) {
                return decimal.signum() == 0
                        ? "0"
                        : decimal.stripTrailingZeros().toString();
            }
            return plain(BigDecimal.valueOf(number.longValue()));
        }

        private static byte[] text(char kind, String text) {
            return joined(kind, List.of(text.getBytes(StandardCharsets.UTF_8)));
        }

        private static byte[] joined(char kind, List<byte[]> parts) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (DataOutputStream out = new DataOutputStream(bytes)) {
                out.writeChar(kind);
                out.writeInt(parts.size());
                for (byte[] part : parts) {
                    out.writeInt(part.length);
                    out.write(part);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("Writing to memory failed", e);
            }
            return bytes.toByteArray();
        }
    }
}
