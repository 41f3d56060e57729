package io.dualwrite.jdbc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts values into lists for {@code in (…)}. Their lengths are powers of two, the last value repeated as needed, so that
 * any number of values makes few different statements and databases get to reuse their plans.
 */
final class InLists {
    /** The longest list. */
    static final int MOST = 256;

    private InLists() {}

    static <T> List<List<T>> of(Collection<T> values) {
        List<T> all = new ArrayList<>(values);
        List<List<T>> lists = new ArrayList<>();
        for (int from = 0; from < all.size(); from += MOST) {
            List<T> list = new ArrayList<>(all.subList(from, Math.min(all.size(), from + MOST)));
            T last = list.get(list.size() - 1);
            while (Integer.bitCount(list.size()) != 1) {
                list.add(last);
            }
            lists.add(list);
        }
        return lists;
    }

    /** What to bind when {@code list} comes after {@code first}. */
    static @Nullable Object[] after(List<?> first, List<?> list) {
        @Nullable Object[] values = Arrays.copyOf(first.toArray(), first.size() + list.size());
        System.arraycopy(list.toArray(), 0, values, first.size(), list.size());
        return values;
    }

    /** {@code count} times {@code mark}, with commas, in parentheses. */
    static String marks(String mark, int count) {
        return "(" + String.join(", ", Collections.nCopies(count, mark)) + ")";
    }
}
