package io.dualwrite.stage;

import java.util.Comparator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which records, where nobody can name them one by one: all of a type, or those whose keys lie between two keys, both
 * included, in the type's order of keys. Never a predicate. Covering more than was changed costs reads and harms nothing;
 * covering less loses records.
 *
 * <p>A range has an {@link #id identity} of its own, by which journals keep its intent, count it, lease it and put it off
 * like any record's.
 *
 * @param type the record type's name
 * @param first the first key, as {@link io.dualwrite.store.KeyCodec} encodes it; null for no bound
 * @param last the last key; null for no bound
 */
public record RecordRange(
        String type, @Nullable String first, @Nullable String last) {
    /** What the types of ranges' identities end with, and the names of record types do not. */
    public static final String MARK = "[]";

    private static final int LONGEST_KEY = 400;
    private static final String NONE = "-";

    public RecordRange {
        Objects.requireNonNull(type, "type");
    }

    /** All records of the type. */
    public static RecordRange all(String type) {
        return new RecordRange(type, null, null);
    }

    /** The identity that stands for the range; bounds that are too long together to be a key are left out. */
    public RecordId id() {
        String text = text(first, last);
        if (text.length() > LONGEST_KEY) {
            text = text(first, null);
        }
        return new RecordId(type + MARK, text.length() > LONGEST_KEY ? text(null, null) : text);
    }

    /** The range that an identity stands for, as far as its bounds were kept. */
    public static RecordRange of(RecordId id) {
        String text = id.key();
        if (!id.isRange()) {
            throw new IllegalArgumentException(id + " stands for a record, not for a range");
        }
        String type = id.type().substring(0, id.type().length() - MARK.length());
        boolean open = text.startsWith(NONE);
        int begins = open ? 0 : text.indexOf(':') + 1;
        int ends = open ? NONE.length() : begins + Integer.parseInt(text.substring(0, begins - 1));
        String rest = text.substring(ends);
        return new RecordRange(
                type, open ? null : text.substring(begins, ends), rest.equals(NONE) ? null : rest.substring(1));
    }

    /** Whether a record lies in it, by the order of its type's keys. */
    public boolean covers(RecordId record, Comparator<String> order) {
        return type.equals(record.type())
                && (first == null || order.compare(first, record.key()) <= 0)
                && (last == null || order.compare(record.key(), last) <= 0);
    }

    /** The first key with its length before it, so that any characters may be in it, and then the last. */
    private static String text(@Nullable String first, @Nullable String last) {
        return (first == null ? NONE : first.length() + ":" + first) + (last == null ? NONE : "=" + last);
    }

    /** The type and how it is bounded, without the keys. */
    @Override
    public String toString() {
        return type + (first == null ? "[.." : "[a key..") + (last == null ? "]" : "a key]");
    }
}
