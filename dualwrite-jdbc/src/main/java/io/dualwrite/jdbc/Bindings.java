package io.dualwrite.jdbc;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Each thread's current binding. Bindings nest: the inner one hides the outer one until it ends. */
final class Bindings {
    private final ThreadLocal<@Nullable Binding> current = new ThreadLocal<>();

    @Nullable Binding current() {
        return current.get();
    }

    /** Runs {@code work} under {@code binding}. */
    <T extends @Nullable Object> T with(Binding binding, Callable<T> work) throws Exception {
        Binding outer = current.get();
        current.set(binding);
        try {
            return work.call();
        } finally {
            if (outer == null) {
                current.remove();
            } else {
                current.set(outer);
            }
        }
    }
}
