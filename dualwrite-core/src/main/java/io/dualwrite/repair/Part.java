package io.dualwrite.repair;

import java.util.Objects;

/**
 * A range of the keys of one record type in one generation: what one node can work off by itself. Where the ranges begin and
 * end is agreed upon and kept beside the target, so that all nodes mean the same by a number.
 *
 * @param type the record type's name
 * @param generation the generation it belongs to; in another one it is void
 * @param number from 0, in the order of keys
 */
public record Part(String type, int generation, int number) {
    public Part {
        Objects.requireNonNull(type, "type");
        if (number < 0) {
            throw new IllegalArgumentException("Parts are numbered from 0, not from " + number);
        }
    }

    /** A text that stands for it, without any key: {@code generation/type/number}. */
    public String id() {
        return generation + "/" + type + "/" + number;
    }

    /**
     * The part that a text stands for.
     *
     * @throws IllegalArgumentException when it is no {@link #id()}
     */
    public static Part of(String id) {
        int first = id.indexOf('/');
        int last = id.lastIndexOf('/');
        if (first < 0 || last == first) {
            throw new IllegalArgumentException("A part is generation/type/number, not " + id);
        }
        return new Part(
                id.substring(first + 1, last),
                Integer.parseInt(id.substring(0, first)),
                Integer.parseInt(id.substring(last + 1)));
    }
}
