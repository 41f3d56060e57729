package io.dualwrite.decorate;

import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** What is decorated, one of each side. Thread-safe when they are. */
record Delegates(Sides<?> sides) {
    /** Calls the method there; what it throws is thrown as it is. */
    @Nullable Object call(Side side, Method method, @Nullable Object[] arguments) throws Exception {
        try {
            return Route.eager(method, method.invoke(sides.of(side), arguments));
        } catch (InvocationTargetException thrown) {
            if (thrown.getCause() instanceof Error error) {
                throw error;
            }
            throw thrown.getCause() instanceof Exception exception ? exception : thrown;
        }
    }
}
