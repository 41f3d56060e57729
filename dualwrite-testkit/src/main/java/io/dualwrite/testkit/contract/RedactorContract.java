package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.compare.Redactor;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What the library relies on in a {@link Redactor}. */
public abstract class RedactorContract {
    private static final String SECRET = "4929123456781234";

    /** The redactor under test, always the same one within a test. */
    protected abstract Redactor redactor();

    @Test
    protected void noValueIsGivenAwayWhateverItIsWrappedIn() {
        record Card(String number) {}
        List<Object> secrets = List.of(
                SECRET,
                new StringBuilder(SECRET),
                Long.valueOf(SECRET),
                new BigDecimal(SECRET),
                List.of(SECRET),
                Set.of(SECRET),
                Map.of(SECRET, SECRET),
                Optional.of(SECRET),
                new Card(SECRET),
                new IllegalStateException(SECRET));
        for (Object secret : secrets) {
            assertThat(redactor().show(secret)).as("%s", secret.getClass()).doesNotContain(SECRET);
        }
        UUID id = UUID.fromString("3f2504e0-4f89-11d3-9a0c-0305e82c3301");
        assertThat(redactor().show(id)).doesNotContain(id.toString());
        assertThat(redactor().show(LocalDate.of(1976, 3, 21))).doesNotContain("1976-03-21");
    }

    @Test
    protected void noneIsShownToo() {
        assertThat(redactor().show(null)).isNotNull();
    }

    @Test
    protected void nothingThatAValueThrowsComesOut() {
        List<Object> loop = new ArrayList<>();
        loop.add(loop);
        for (Object odd : List.of(new Unreadable(), new UnloadedList(), new UnreadableText(), loop)) {
            assertThat(redactor().show(odd)).isNotNull();
        }
    }

    @Test
    protected void itIsOneLineForALog() {
        for (Object value : List.of("first\nsecond", "a\r\nb", List.of("x\ny"), 'c', '\n')) {
            assertThat(redactor().show(value)).doesNotContain("\n", "\r");
        }
    }

    @Test
    protected void theSameValueLooksTheSameToWhomeverAndHoweverOften() throws Exception {
        for (Object value : List.of("a", 1L, new BigDecimal("1.0"), List.of("a", "b"))) {
            String first = redactor().show(value);
            assertThat(Crowd.results(() -> redactor().show(value))).containsOnly(first);
        }
    }

    /** As an entity out of its session. */
    private static final class Unreadable {
        @Override
        public String toString() {
            throw new IllegalStateException("no session");
        }

        @Override
        public int hashCode() {
            throw new IllegalStateException("no session");
        }

        @Override
        public boolean equals(Object other) {
            throw new IllegalStateException("no session");
        }
    }

    /** As a collection that is loaded when it is first looked at. */
    private static final class UnloadedList extends AbstractList<Object> {
        @Override
        public Object get(int index) {
            throw new IllegalStateException("no session");
        }

        @Override
        public int size() {
            throw new IllegalStateException("no session");
        }
    }

    private static final class UnreadableText extends Number implements CharSequence {
        private static final long serialVersionUID = 1;

        @Override
        public int length() {
            throw new IllegalStateException("no session");
        }

        @Override
        public char charAt(int index) {
            throw new IllegalStateException("no session");
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            throw new IllegalStateException("no session");
        }

        @Override
        public String toString() {
            throw new IllegalStateException("no session");
        }

        @Override
        public int intValue() {
            throw new IllegalStateException("no session");
        }

        @Override
        public long longValue() {
            throw new IllegalStateException("no session");
        }

        @Override
        public float floatValue() {
            throw new IllegalStateException("no session");
        }

        @Override
        public double doubleValue() {
            throw new IllegalStateException("no session");
        }
    }
}
