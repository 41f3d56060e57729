package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.repair.Brake;
import org.junit.jupiter.api.Test;

/** What the library relies on in a {@link Brake}. Each test wants a new one. */
public abstract class BrakeContract {
    /** The brake under test, always the same one within a test. */
    protected abstract Brake brake();

    /** Brings about what the brake looks for, or ends it. At first there is none of it. */
    protected abstract void cause(boolean there) throws Exception;

    @Test
    protected void withoutACauseNobodyWaits() throws Exception {
        assertThat(brake().reason()).isNull();
    }

    @Test
    protected void withACauseItSaysWhy() throws Exception {
        cause(true);
        assertThat(brake().reason()).isNotBlank();
    }

    @Test
    protected void onceTheCauseIsGoneItLetsGo() throws Exception {
        cause(true);
        assertThat(brake().reason()).isNotNull();
        cause(false);
        assertThat(brake().reason()).isNull();
    }

    @Test
    protected void askingChangesNothing() throws Exception {
        cause(true);
        for (int times = 0; times < 3; times++) {
            assertThat(brake().reason()).isNotNull();
        }
        cause(false);
        for (int times = 0; times < 3; times++) {
            assertThat(brake().reason()).isNull();
        }
    }

    @Test
    protected void severalMayAskAtOnce() throws Exception {
        cause(true);
        assertThat(Crowd.results(() -> brake().reason() != null)).containsOnly(true);
    }
}
