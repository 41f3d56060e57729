package io.dualwrite.spring.capture;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** Calls to what is behind a proxy. */
final class Through {
    private Through() {}

    /** Calls through, with the exception as it was thrown. */
    static @Nullable Object call(Object behind, Method method, @Nullable Object @Nullable [] args) throws Throwable {
        try {
            return method.invoke(behind, args);
        } catch (InvocationTargetException thrown) {
            Throwable cause = thrown.getCause();
            throw cause == null ? thrown : cause;
        }
    }
}
