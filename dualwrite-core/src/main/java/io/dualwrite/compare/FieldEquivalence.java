package io.dualwrite.compare;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares by structure: records by component, beans by getter, lists, arrays and optionals by position, sets without order,
 * maps by key, everything else by {@code equals}. Paths look like {@code lines[2].price}; a map's key is redacted within
 * them. Copes with null anywhere and with cycles; follows at most {@value #DEEPEST} levels and collects at most
 * {@value #MOST} differences. Immutable and thread-safe.
 */
public final class FieldEquivalence<T> implements Equivalence<T> {
    static final int DEEPEST = 32;
    static final int MOST = 20;

    private final Set<String> ignored;
    private final boolean decimalsByValue;
    private final Redactor redactor;

    FieldEquivalence() {
        this(Set.of(), false, Redactor.hashes());
    }

    private FieldEquivalence(Set<String> ignored, boolean decimalsByValue, Redactor redactor) {
        this.ignored = ignored;
        this.decimalsByValue = decimalsByValue;
        this.redactor = redactor;
    }

    /** As this one, without looking at the given path; {@code lines[].price} stands for the price of every line. */
    public FieldEquivalence<T> ignoring(String path) {
        Set<String> more = new HashSet<>(ignored);
        more.add(Objects.requireNonNull(path, "path"));
        return new FieldEquivalence<>(Set.copyOf(more), decimalsByValue, redactor);
    }

    /** As this one, but 1.0 equals 1.00. */
    public FieldEquivalence<T> decimalsByValue() {
        return new FieldEquivalence<>(ignored, true, redactor);
    }

    /** As this one, showing values in another way. */
    public FieldEquivalence<T> shownBy(Redactor other) {
        return new FieldEquivalence<>(ignored, decimalsByValue, Objects.requireNonNull(other, "other"));
    }

    @Override
    public Verdict compare(@Nullable T authority, @Nullable T copy) {
        Walk walk = new Walk();
        walk.compare("", authority, copy);
        return Verdict.of(walk.differences);
    }

    /** One comparison. */
    private final class Walk {
        private final List<Difference> differences = new ArrayList<>();
        /** What is being compared further up, to end cycles: seen again, a pair adds nothing that is not known. */
        private final IdentityHashMap<Object, Object> open = new IdentityHashMap<>();

        private int depth;

        void compare(String path, @Nullable Object left, @Nullable Object right) {
            if (left == right || differences.size() >= MOST || ignored.contains(path.replaceAll("\\[\\d+]", "[]"))) {
                return;
            }
            if (left == null || right == null || depth >= DEEPEST) {
                check(path, left, right, Objects.equals(left, right));
            } else if (open.get(left) != right) {
                Object above = open.put(left, right);
                depth++;
                compareParts(path, left, right);
                depth--;
                if (above == null) {
                    open.remove(left);
                } else {
                    open.put(left, above);
                }
            }
        }

        private void compareParts(String path, Object left, Object right) {
            Shape a = Shape.of(left);
            Shape b = Shape.of(right);
            if (a instanceof Shape.Fields one && b instanceof Shape.Fields two && one.type() == two.type()) {
                one.parts()
                        .forEach((name, part) -> compare(
                                path.isEmpty() ? name : path + "." + name,
                                part,
                                two.parts().get(name)));
            } else if (a instanceof Shape.Ordered one && b instanceof Shape.Ordered two) {
                ordered(path, one.parts(), two.parts());
            } else if (a instanceof Shape.Unordered one && b instanceof Shape.Unordered two) {
                check(path, left, right, sameElements(one.parts(), two.parts()));
            } else if (a instanceof Shape.Keyed one && b instanceof Shape.Keyed two) {
                keyed(path, one.parts(), two.parts());
            } else {
                check(path, left, right, sameLeaf(left, right));
            }
        }

        private void ordered(String path, List<@Nullable Object> left, List<@Nullable Object> right) {
            for (int at = 0; at < Math.min(left.size(), right.size()); at++) {
                compare(path + "[" + at + "]", left.get(at), right.get(at));
            }
            check(path, left, right, left.size() == right.size());
        }

        private void keyed(String path, Map<?, ?> left, Map<?, ?> right) {
            Set<Object> keys = new LinkedHashSet<>(left.keySet());
            keys.addAll(right.keySet());
            for (Object key : keys) {
                String at = path + "{" + redactor.show(key) + "}";
                if (left.containsKey(key) && right.containsKey(key)) {
                    compare(at, left.get(key), right.get(key));
                } else {
                    check(at, left.get(key), right.get(key), false);
                }
            }
        }

        /** Pairs each element off with an equivalent one; quadratic, which sets inside records can bear. */
        private boolean sameElements(List<@Nullable Object> left, List<@Nullable Object> right) {
            List<@Nullable Object> rest = new ArrayList<>(right);
            for (Object element : left) {
                boolean found = false;
                for (Iterator<@Nullable Object> at = rest.iterator(); !found && at.hasNext(); ) {
                    Walk inner = new Walk();
                    inner.depth = depth;
                    inner.open.putAll(open);
                    inner.compare("", element, at.next());
                    found = inner.differences.isEmpty();
                    if (found) {
                        at.remove();
                    }
                }
                if (!found) {
                    return false;
                }
            }
            return rest.isEmpty();
        }

        private boolean sameLeaf(Object left, Object right) {
            return decimalsByValue && left instanceof BigDecimal one && right instanceof BigDecimal two
                    ? one.compareTo(two) == 0
                    : left.equals(right);
        }

        private void check(String path, @Nullable Object left, @Nullable Object right, boolean same) {
            if (!same && differences.size() < MOST) {
                differences.add(new Difference(path, redactor.show(left), redactor.show(right)));
            }
        }
    }
}
