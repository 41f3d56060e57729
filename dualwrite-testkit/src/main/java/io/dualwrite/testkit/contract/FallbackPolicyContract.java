package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.path.FallbackPolicy;
import java.io.IOException;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

/** What the library relies on in a {@link FallbackPolicy}. */
public abstract class FallbackPolicyContract {
    /** The policy under test, always the same one within a test. */
    protected abstract FallbackPolicy policy();

    /** Failures of the store, as it reports them, that the policy is meant to cover; none for one that covers nothing. */
    protected abstract List<Exception> failuresOfTheStore();

    @Test
    protected void failuresOfTheStoreAreCovered() {
        for (Exception failure : failuresOfTheStore()) {
            assertThat(policy().covers(failure)).as("%s", failure.getClass()).isTrue();
        }
    }

    @Test
    protected void thatThereIsNoSuchRecordIsAnAnswerAndNoFailure() {
        assertThat(policy().covers(new NoSuchElementException("no such order"))).isFalse();
    }

    @Test
    protected void thatTheCallWasWrongIsAnAnswerAndNoFailure() {
        for (Exception wrong : List.of(
                new IllegalArgumentException("no key"),
                new NullPointerException(),
                new ClassCastException(),
                new UnsupportedOperationException())) {
            assertThat(policy().covers(wrong)).as("%s", wrong.getClass()).isFalse();
        }
    }

    @Test
    protected void whoeverWasInterruptedWantsNoOtherAnswer() {
        assertThat(policy().covers(new InterruptedException())).isFalse();
    }

    @Test
    protected void anyExceptionIsJudgedAndNoneIsThrown() {
        Exception first = new IOException((String) null);
        Exception second = new IllegalStateException(first);
        first.initCause(second);
        Exception deep = new Exception();
        for (int causes = 0; causes < 2_000; causes++) {
            deep = new Exception(deep);
        }
        for (Exception odd : List.of(first, second, deep, new Exception() {}, new Silent())) {
            assertThat(policy().covers(odd)).isIn(true, false);
        }
    }

    @Test
    protected void aFailureIsLeftAsItWas() {
        for (Exception failure : List.of(new IOException("gone"), new NoSuchElementException("none"))) {
            StackTraceElement[] trace = failure.getStackTrace();
            policy().covers(failure);
            assertThat(failure.getSuppressed()).isEmpty();
            assertThat(failure.getCause()).isNull();
            assertThat(failure.getStackTrace()).isEqualTo(trace);
        }
    }

    @Test
    protected void theSameFailureIsJudgedTheSameByWhomeverAndHoweverOften() throws Exception {
        for (Exception failure : List.of(new IOException("gone"), new NoSuchElementException("none"))) {
            boolean first = policy().covers(failure);
            assertThat(Crowd.results(() -> policy().covers(failure))).containsOnly(first);
        }
    }

    /** Has no message, no trace, and takes no cause. */
    private static final class Silent extends Exception {
        private static final long serialVersionUID = 1;

        Silent() {
            super(null, null, false, false);
        }
    }
}
