package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.event.CallContext;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the library relies on in a {@link CallContext}. */
public abstract class CallContextContract {
    private static final int PATIENCE_SECONDS = 30;

    /** The context under test, always the same one within a test. */
    protected abstract CallContext context();

    /** Gives the calling thread this to be carried, or nothing when it is null. */
    protected abstract void enter(@Nullable String value);

    /** What the calling thread has, as {@link #enter} gave it; null for nothing. */
    protected abstract @Nullable String seen();

    @AfterEach
    protected void leave() {
        enter(null);
    }

    @Test
    protected void anotherThreadSeesWhatTheCallerHad() throws Exception {
        enter("caller");
        CallContext.Captured captured = context().capture();
        assertThat(elsewhere(() -> within(captured))).isEqualTo("caller");
    }

    @Test
    protected void whatTheCallerDoesLaterIsNotSeen() throws Exception {
        enter("then");
        CallContext.Captured captured = context().capture();
        enter("now");
        assertThat(elsewhere(() -> within(captured))).isEqualTo("then");
        CallContext.Captured later = context().capture();
        assertThat(elsewhere(() -> within(later))).isEqualTo("now");
    }

    @Test
    protected void aThreadHasAfterwardsWhatItHadBefore() throws Exception {
        enter("caller");
        CallContext.Captured captured = context().capture();
        assertThat(elsewhere(() -> {
                    enter("its own");
                    within(captured);
                    return seen();
                }))
                .isEqualTo("its own");
        assertThat(elsewhere(() -> {
                    within(captured);
                    return String.valueOf(seen());
                }))
                .isEqualTo("null");
    }

    @Test
    protected void oneContextMayBeAroundSeveralThingsAtOnce() throws Exception {
        enter("caller");
        CallContext.Captured captured = context().capture();
        assertThat(Crowd.results(() -> String.valueOf(within(captured)))).containsOnly("caller");
    }

    @Test
    protected void whereThereIsNothingNothingIsCarried() throws Exception {
        CallContext.Captured captured = context().capture();
        assertThat(elsewhere(() -> String.valueOf(within(captured)))).isEqualTo("null");
    }

    private @Nullable String within(CallContext.@Nullable Captured captured) throws Exception {
        if (captured == null) {
            return seen();
        }
        try (AutoCloseable scope = captured.restore()) {
            return scope == null ? null : seen();
        }
    }

    private static <T extends @Nullable Object> T elsewhere(Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(task, "elsewhere");
        thread.setDaemon(true);
        thread.start();
        return task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
