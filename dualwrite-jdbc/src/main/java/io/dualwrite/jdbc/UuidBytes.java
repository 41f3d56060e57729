package io.dualwrite.jdbc;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** UUIDs as 16 bytes, most significant first: what there is of them where the database has no type for them. */
final class UuidBytes {
    private static final int LENGTH = 16;

    private UuidBytes() {}

    static byte[] of(UUID id) {
        return ByteBuffer.allocate(LENGTH)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }

    /** The UUID where the value is 16 bytes; any other value as it is. */
    static @Nullable Object read(@Nullable Object value) {
        if (value instanceof byte[] bytes && bytes.length == LENGTH) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            return new UUID(buffer.getLong(), buffer.getLong());
        }
        return value;
    }
}
