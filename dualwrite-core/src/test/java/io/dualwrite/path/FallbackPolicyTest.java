package io.dualwrite.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class FallbackPolicyTest {
    private static final class OrderNotFoundException extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @Test
    void aStoreThatFailedIsCovered() {
        assertThat(List.of(new IOException(), new SQLException(), new RuntimeException()))
                .allMatch(FallbackPolicy.onErrors()::covers)
                .noneMatch(FallbackPolicy.never()::covers);
    }

    @Test
    void aWrongCallAndNotFoundAreAnswers() {
        assertThat(List.of(
                        new IllegalArgumentException(),
                        new NumberFormatException(),
                        new NullPointerException(),
                        new NoSuchElementException(),
                        new InterruptedException(),
                        new OrderNotFoundException()))
                .noneMatch(FallbackPolicy.onErrors()::covers);
    }
}
