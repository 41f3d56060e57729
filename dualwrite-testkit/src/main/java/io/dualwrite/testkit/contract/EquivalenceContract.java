package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.compare.Equivalence;
import io.dualwrite.compare.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the library relies on in an {@link Equivalence}. */
public abstract class EquivalenceContract<T> {
    /** The equivalence under test. */
    protected abstract Equivalence<? super T> equivalence();

    /** An answer; a new instance at each call, all equivalent and, by {@code equals}, equal. */
    protected abstract T answer();

    /** An answer that means something else; a new instance at each call, all equal. */
    protected abstract T otherAnswer();

    /** Texts within the two answers that must not get into a log; at least one. */
    protected abstract List<String> secrets();

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
        for (String secret : secrets()) {
            assertThat(verdict.toString()).doesNotContain(secret);
        }
    }

    @Test
    protected void comparingChangesNeitherAnswer() {
        T answer = answer();
        T other = otherAnswer();
        equivalence().compare(answer, other);
        equivalence().compare(other, answer);
        equivalence().compare(answer, null);
        assertThat(answer).isEqualTo(answer());
        assertThat(other).isEqualTo(otherAnswer());
    }

    @Test
    protected void theVerdictIsTheSameWhoeverComparesAtTheSameTime() throws Exception {
        T answer = answer();
        T like = answer();
        T other = otherAnswer();
        List<String> fields = equivalence().compare(answer, other).fields();
        assertThat(Crowd.results(() -> equivalence().compare(answer, like).isEqual()))
                .containsOnly(true);
        assertThat(Crowd.results(() -> equivalence().compare(answer, other).fields()))
                .containsOnly(fields);
    }
}
