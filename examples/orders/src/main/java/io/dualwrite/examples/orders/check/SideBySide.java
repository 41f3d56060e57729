package io.dualwrite.examples.orders.check;

import io.dualwrite.examples.orders.shop.Entity;
import java.util.Iterator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Walks two sequences of records, each in the order of its keys, side by side. */
final class SideBySide {
    private SideBySide() {}

    /** Gets what either sequence has under an id; one of the two may be missing. */
    @FunctionalInterface
    interface Pair<E> {
        void under(long id, @Nullable E left, @Nullable E right);
    }

    static <E extends Entity> void walk(Iterator<E> left, Iterator<E> right, Pair<E> pair) {
        E fromLeft = next(left);
        E fromRight = next(right);
        while (fromLeft != null || fromRight != null) {
            long id = Math.min(id(fromLeft), id(fromRight));
            boolean takeLeft = id(fromLeft) == id;
            boolean takeRight = id(fromRight) == id;
            pair.under(id, takeLeft ? fromLeft : null, takeRight ? fromRight : null);
            fromLeft = takeLeft ? next(left) : fromLeft;
            fromRight = takeRight ? next(right) : fromRight;
        }
    }

    private static <E> @Nullable E next(Iterator<E> sequence) {
        return sequence.hasNext() ? sequence.next() : null;
    }

    private static long id(@Nullable Entity entity) {
        return entity == null ? Long.MAX_VALUE : Objects.requireNonNull(entity.id(), "id");
    }
}
