package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.compare.Equivalence;
import io.dualwrite.compare.Verdict;
import org.junit.jupiter.api.Test;

/** What the library relies on in an {@link Equivalence}. */
public abstract class EquivalenceContract<T> {
    /** The equivalence under test. */
    protected abstract Equivalence<? super T> equivalence();

    /** An answer; a new instance at each call, all equivalent. */
    protected abstract T answer();

    /** An answer that means something else. */
    protected abstract T otherAnswer();

    @Test
    protected void anAnswerIsEquivalentToItselfAndToItsLike() {
        T answer = answer();
        assertThat(equivalence().compare(answer, answer).isEqual()).isTrue();
        assertThat(equivalence().compare(answer(), answer()).isEqual()).isTrue();
    }

    @Test
    protected void anotherAnswerIsDifferentWhicheverComesFirst() {
        assertThat(equivalence().compare(answer(), otherAnswer()).isEqual()).isFalse();
        assertThat(equivalence().compare(otherAnswer(), answer()).isEqual()).isFalse();
    }

    @Test
    protected void noAnswerIsDifferentFromAnAnswerAndLikeNoAnswer() {
        assertThat(equivalence().compare(null, answer()).isEqual()).isFalse();
        assertThat(equivalence().compare(answer(), null).isEqual()).isFalse();
        assertThat(equivalence().compare(null, null).isEqual()).isTrue();
    }

    @Test
    protected void aDifferenceSaysWhereButNeverWhat() {
        Verdict verdict = equivalence().compare(answer(), otherAnswer());
        assertThat(verdict.fields()).isNotEmpty();
    }
}
