package io.dualwrite.spring.capture;

import java.lang.reflect.Method;
import java.sql.PreparedStatement;
import org.jspecify.annotations.Nullable;

/**
 * How a parameter was set.
 *
 * @param setter the method
 * @param args its arguments, the parameter's number first
 */
record Binding(Method setter, @Nullable Object[] args) {
    /** The value as a key's column would have it; null where there is none. */
    @Nullable Object value() {
        if (setter.getName().equals("setNull")) {
            return null;
        }
        Object value = args[1];
        return value == null ? null : KeyValues.plain(value);
    }

    /** Sets the same as another statement's parameter. */
    void to(PreparedStatement statement, int number) throws Throwable {
        @Nullable Object[] moved = args.clone();
        moved[0] = number;
        Through.call(statement, setter, moved);
    }
}
