package io.dualwrite.stage;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/**
 * Which record: the name of its type and its key in canonical text. Never its contents. Its text form is redacted, since
 * keys may be personal (a mail address, a national number): the key is shown as the head of its SHA-256.
 *
 * @param type the record type's name
 * @param key the key as {@link io.dualwrite.store.KeyCodec} encodes it
 */
public record RecordId(String type, String key) {
    public RecordId {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(key, "key");
    }

    /** Whether it stands for a {@link RecordRange}, and for no single record. */
    public boolean isRange() {
        return type.endsWith(RecordRange.MARK);
    }

    /** The type and the first eight hex digits of the key's SHA-256. */
    @Override
    public String toString() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return type + "#" + HexFormat.of().formatHex(digest, 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
