package io.dualwrite.flag;

import io.dualwrite.stage.RecordId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Objects;

/**
 * Which share of the keys the copy may answer. Sticky: a key's place depends on the salt and the key alone, so it is the
 * same on every node and after a restart, and a key that is included stays so while the share grows. Thread-safe.
 */
public final class Ramp {
    private final byte[] salt;
    private volatile int percent;

    /** Begins at 0 percent. The salt, a migration's name as a rule, keeps two ramps from moving the same keys first. */
    public Ramp(String salt) {
        this.salt = Objects.requireNonNull(salt, "salt").getBytes(StandardCharsets.UTF_8);
    }

    /** The share, 0 to 100. */
    public int percent() {
        return percent;
    }

    /**
     * Sets the share.
     *
     * @throws IllegalArgumentException unless it is 0 to 100; the share stays as it was
     */
    public void percent(int share) {
        if (share < 0 || share > 100) {
            throw new IllegalArgumentException("A ramp's share is 0 to 100 percent, not " + share);
        }
        percent = share;
    }

    /** Whether the record's key is within the share. */
    public boolean includes(RecordId record) {
        int share = percent;
        return share > 0 && (share == 100 || place(record) < share * 100);
    }

    /** The key's fixed place among 10,000. */
    private int place(RecordId record) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(salt);
            digest.update((byte) 0);
            digest.update(record.type().getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            byte[] hash = digest.digest(record.key().getBytes(StandardCharsets.UTF_8));
            int head = (hash[0] & 0xff) << 24 | (hash[1] & 0xff) << 16 | (hash[2] & 0xff) << 8 | hash[3] & 0xff;
            return Integer.remainderUnsigned(head, 10_000);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
