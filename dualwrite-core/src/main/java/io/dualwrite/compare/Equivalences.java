package io.dualwrite.compare;

import java.util.List;
import java.util.Objects;

/** Ready-made equivalences. */
public final class Equivalences {
    private Equivalences() {}

    /** {@link Objects#deepEquals}; one difference, for the whole. */
    public static <T> Equivalence<T> equality() {
        return (authority, copy) -> Objects.deepEquals(authority, copy)
                ? new Verdict.Equal()
                : Verdict.of(List.of(new Difference(
                        "", Redactor.hashes().show(authority), Redactor.hashes().show(copy))));
    }

    /** Field by field, with paths; see {@link FieldEquivalence}. */
    public static <T> FieldEquivalence<T> fields() {
        return new FieldEquivalence<>();
    }
}
