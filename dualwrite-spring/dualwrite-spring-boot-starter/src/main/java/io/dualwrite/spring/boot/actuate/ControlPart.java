package io.dualwrite.spring.boot.actuate;

import io.dualwrite.spring.boot.actuate.OrderRefusedException.Kind;
import io.dualwrite.stage.Stage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One part of what operates a migration, as it is looked at and told what to do. Thread-safe; may block on a store and throw
 * what that threw. What is refused is an {@link IllegalStateException}, what cannot be understood an {@link
 * IllegalArgumentException}, both with messages without data.
 */
interface ControlPart extends AutoCloseable {
    /** How it stands. */
    ControlAnswer look() throws Exception;

    /**
     * One thing of it.
     *
     * @param stage what a forecast goes to; null where nothing was said
     */
    ControlAnswer look(String item, @Nullable Stage stage) throws Exception;

    /** Carries an order out. */
    ControlAnswer carryOut(String order, ControlOrder said) throws Exception;

    @Override
    default void close() {}

    static OrderRefusedException noSuch(String what) {
        return OrderRefusedException.of(Kind.UNKNOWN, List.of("there is no such " + what));
    }

    static OrderRefusedException noOrder(List<String> orders) {
        return OrderRefusedException.wrong("there is no such order; there are " + orders);
    }
}
