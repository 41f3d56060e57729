package io.dualwrite.compare;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Compares by structure: records by component, beans by getter, lists, arrays and optionals by position, sets without order,
 * maps by key, everything else by {@code equals}. Copes with null anywhere and with cycles; follows at most {@value #DEEPEST}
 * levels and collects at most {@value #MOST} differences. Immutable and thread-safe; every method that says something returns
 * another comparison.
 *
 * <p>Paths look like {@code lines[2].price} in what is found, a map's key redacted within them. In what is declared,
 * {@code lines[].price} is the price of every line, {@code labels{}} every value of a map and {@code labels{colour}} one of
 * them, and {@code **.changedAt} a field of that name anywhere.
 */
public final class FieldEquivalence<T> implements Equivalence<T> {
    static final int DEEPEST = 32;
    static final int MOST = 20;
    /** Further apart than that, a difference of two numbers would fill the memory. */
    private static final int MOST_DIGITS = 10_000;

    private final Rules rules;
    private final Redactor redactor;

    FieldEquivalence() {
        this(Rules.NONE, Redactor.hashes());
    }

    private FieldEquivalence(Rules rules, Redactor redactor) {
        this.rules = rules;
        this.redactor = redactor;
    }

    /** As this one, without looking at the given path. */
    public FieldEquivalence<T> ignoring(String path) {
        return with(rules.withIgnored(path(path)));
    }

    /**
     * As this one, where the field at this path, or the value of a map, may be called otherwise on one of the sides. Objects
     * of different classes then mean the same when their fields do, a map's keys counting as fields of an object.
     */
    public FieldEquivalence<T> renaming(String path, String otherName) {
        return with(rules.withName(path(path), Objects.requireNonNull(otherName, "otherName")));
    }

    /**
     * As this one, where values of this class at this path become something else on both sides before they are compared: a
     * code its meaning, a text its trimmed form. Several conversions of one path are made one after the other.
     */
    public <V> FieldEquivalence<T> converting(String path, Class<V> type, Function<V, ?> conversion) {
        Objects.requireNonNull(conversion, "conversion");
        return with(rules.withConversion(
                path(path),
                value -> type.isInstance(value)
                        ? Objects.requireNonNull(conversion.apply(type.cast(value)), "A conversion returned null")
                        : value));
    }

    /** As this one, where texts at this path may differ in upper and lower case. */
    public FieldEquivalence<T> ignoringCase(String path) {
        return with(rules.withConversion(path(path), Rules::caseless));
    }

    /** As this one, where numbers at this path may be that far apart, {@code most} included. */
    public FieldEquivalence<T> tolerating(String path, BigDecimal most) {
        if (most.signum() < 0) {
            throw new IllegalArgumentException("A tolerance is not negative, not " + most);
        }
        return with(rules.withTolerance(path(path), (left, right) -> {
            BigDecimal one = decimal(left);
            BigDecimal two = decimal(right);
            return one != null
                    && two != null
                    && Math.abs((long) one.scale() - two.scale()) < MOST_DIGITS
                    && one.subtract(two).abs().compareTo(most) <= 0;
        }));
    }

    /** As this one, where times of one class at this path may be that far apart, {@code most} included. */
    public FieldEquivalence<T> tolerating(String path, Duration most) {
        if (most.isNegative()) {
            throw new IllegalArgumentException("A tolerance is not negative, not " + most);
        }
        return with(rules.withTolerance(
                path(path),
                (left, right) -> left instanceof Temporal one
                        && right.getClass() == left.getClass()
                        && one.isSupported(ChronoUnit.NANOS)
                        && Duration.between(one, (Temporal) right).abs().compareTo(most) <= 0));
    }

    /** As this one, where the order of the list or array at this path means nothing. */
    public FieldEquivalence<T> unordered(String path) {
        return with(rules.withUnordered(path(path)));
    }

    /** As this one, but numbers are equal when their values are, whatever their classes: 1, 1L, 1.0 and 1.00. */
    public FieldEquivalence<T> decimalsByValue() {
        return with(rules.withNumbersByValue());
    }

    /** As this one, with all times cut off at that unit, at most a day: where one side keeps fewer digits than the other. */
    public FieldEquivalence<T> timesTo(ChronoUnit unit) {
        if (unit.compareTo(ChronoUnit.DAYS) > 0) {
            throw new IllegalArgumentException("Times can be cut off at a day or less, not at " + unit);
        }
        return with(rules.withTimes(unit));
    }

    /** As this one, showing values in another way. */
    public FieldEquivalence<T> shownBy(Redactor other) {
        return new FieldEquivalence<>(rules, Objects.requireNonNull(other, "other"));
    }

    private FieldEquivalence<T> with(Rules other) {
        return new FieldEquivalence<>(other, redactor);
    }

    private static String path(String path) {
        return Objects.requireNonNull(path, "path");
    }

    @Override
    public Verdict compare(@Nullable T authority, @Nullable T copy) {
        Walk walk = new Walk();
        walk.compare(new Place("", ""), authority, copy);
        return Verdict.of(walk.differences);
    }

    /** The number's value; null where it has none. */
    private static @Nullable BigDecimal decimal(Object value) {
        try {
            return value instanceof Number ? new BigDecimal(value.toString()) : null;
        } catch (NumberFormatException notANumber) {
            return null;
        }
    }

    /** Where a comparison is: as it is told, and as rules are looked up. */
    private record Place(String told, String rule) {}

    /** One comparison. */
    private final class Walk {
        private final List<Difference> differences = new ArrayList<>();
        /** What is being compared further up, to end cycles: seen again, a pair adds nothing that is not known. */
        private final IdentityHashMap<Object, Object> open = new IdentityHashMap<>();

        private int depth;

        void compare(Place at, @Nullable Object left, @Nullable Object right) {
            if (left == right || differences.size() >= MOST || rules.ignores(at.rule())) {
                return;
            }
            if (left == null || right == null) {
                check(at, left, right, false);
                return;
            }
            Object one = rules.converted(at.rule(), left);
            Object two = rules.converted(at.rule(), right);
            if (rules.tolerates(at.rule(), one, two)) {
                return;
            }
            if (depth >= DEEPEST) {
                check(at, one, two, one.equals(two));
            } else if (open.get(one) != two) {
                Object above = open.put(one, two);
                depth++;
                compareParts(at, one, two);
                depth--;
                if (above == null) {
                    open.remove(one);
                } else {
                    open.put(one, above);
                }
            }
        }

        private void compareParts(Place at, Object left, Object right) {
            Shape a = Shape.of(left);
            Shape b = Shape.of(right);
            boolean mapsToo = rules.acrossTypes() && (a instanceof Shape.Fields || b instanceof Shape.Fields);
            Map<String, @Nullable Object> some = fields(a, mapsToo);
            Map<String, @Nullable Object> others = fields(b, mapsToo);
            if (some != null && others != null && (rules.acrossTypes() || left.getClass() == right.getClass())) {
                fields(at, rules.named(at.rule(), some), rules.named(at.rule(), others));
            } else if (a instanceof Shape.Ordered one && b instanceof Shape.Ordered two) {
                ordered(at, left, right, one.parts(), two.parts());
            } else if (a instanceof Shape.Unordered one && b instanceof Shape.Unordered two) {
                check(at, left, right, sameElements(at, one.parts(), two.parts()));
            } else if (a instanceof Shape.Keyed one && b instanceof Shape.Keyed two) {
                keyed(at, one.parts(), two.parts());
            } else {
                check(at, left, right, sameLeaf(left, right));
            }
        }

        /** Named parts; those of a map only where it may stand for an object. */
        private @Nullable Map<String, @Nullable Object> fields(Shape shape, boolean mapsToo) {
            if (shape instanceof Shape.Fields fields) {
                return fields.parts();
            }
            if (mapsToo
                    && shape instanceof Shape.Keyed keyed
                    && keyed.parts().keySet().stream().allMatch(String.class::isInstance)) {
                Map<String, @Nullable Object> parts = new LinkedHashMap<>();
                keyed.parts().forEach((name, part) -> parts.put((String) name, part));
                return parts;
            }
            return null;
        }

        private void fields(Place at, Map<String, @Nullable Object> left, Map<String, @Nullable Object> right) {
            Set<String> names = new LinkedHashSet<>(left.keySet());
            names.addAll(right.keySet());
            for (String name : names) {
                Place part =
                        new Place(at.told().isEmpty() ? name : at.told() + "." + name, rules.part(at.rule(), name));
                if (left.containsKey(name) == right.containsKey(name)) {
                    compare(part, left.get(name), right.get(name));
                } else if (!rules.ignores(part.rule())) {
                    check(part, left.get(name), right.get(name), false);
                }
            }
        }

        private void ordered(
                Place at, Object left, Object right, List<@Nullable Object> some, List<@Nullable Object> others) {
            if (rules.isUnordered(at.rule())) {
                check(at, left, right, sameElements(at, some, others));
                return;
            }
            for (int index = 0; index < Math.min(some.size(), others.size()); index++) {
                compare(new Place(at.told() + "[" + index + "]", at.rule() + "[]"), some.get(index), others.get(index));
            }
            check(at, left, right, some.size() == others.size());
        }

        private void keyed(Place at, Map<?, ?> left, Map<?, ?> right) {
            Map<@Nullable Object, @Nullable Object> some = named(at, left);
            Map<@Nullable Object, @Nullable Object> others = named(at, right);
            Set<@Nullable Object> keys = new LinkedHashSet<>(some.keySet());
            keys.addAll(others.keySet());
            for (@Nullable Object key : keys) {
                Place entry = new Place(at.told() + "{" + redactor.show(key) + "}", rules.entry(at.rule(), key));
                if (some.containsKey(key) && others.containsKey(key)) {
                    compare(entry, some.get(key), others.get(key));
                } else if (!rules.ignores(entry.rule())) {
                    check(entry, some.get(key), others.get(key), false);
                }
            }
        }

        private Map<@Nullable Object, @Nullable Object> named(Place at, Map<?, ?> map) {
            Map<@Nullable Object, @Nullable Object> named = new LinkedHashMap<>();
            map.forEach((key, value) -> named.put(rules.key(at.rule(), key), value));
            return named;
        }

        /** Pairs each element off with an equivalent one; quadratic, which lists inside records can bear. */
        private boolean sameElements(Place at, List<@Nullable Object> left, List<@Nullable Object> right) {
            if (left.size() != right.size()) {
                return false;
            }
            List<@Nullable Object> rest = new ArrayList<>(right);
            for (Object element : left) {
                boolean found = false;
                for (Iterator<@Nullable Object> each = rest.iterator(); !found && each.hasNext(); ) {
                    Walk inner = new Walk();
                    inner.depth = depth;
                    inner.open.putAll(open);
                    inner.compare(new Place("", at.rule() + "[]"), element, each.next());
                    found = inner.differences.isEmpty();
                    if (found) {
                        each.remove();
                    }
                }
                if (!found) {
                    return false;
                }
            }
            return true;
        }

        private boolean sameLeaf(Object left, Object right) {
            if (rules.numbersByValue()) {
                BigDecimal one = decimal(left);
                BigDecimal two = decimal(right);
                if (one != null && two != null) {
                    return one.compareTo(two) == 0;
                }
            }
            return left.equals(right);
        }

        private void check(Place at, @Nullable Object left, @Nullable Object right, boolean same) {
            if (!same && differences.size() < MOST) {
                differences.add(new Difference(at.told(), redactor.show(left), redactor.show(right)));
            }
        }
    }
}
