package io.dualwrite.spring.capture;

import io.dualwrite.jdbc.Table;
import io.dualwrite.stage.RecordId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A statement with its parameters, as it is about to be executed.
 *
 * @param effect what it does
 * @param bindings its parameters by their numbers
 */
record Entry(Effect effect, Map<Integer, Binding> bindings) {
    /** Thrown where a parameter is no value of a key. */
    static final class UnknownKeyException extends Exception {
        private static final long serialVersionUID = 1;
    }

    boolean changes() {
        return !(effect instanceof Effect.Other
                || effect instanceof Effect.Unexamined
                || effect instanceof Effect.Command);
    }

    @Nullable Object value(Operand operand) throws UnknownKeyException {
        if (operand instanceof Operand.Literal literal) {
            return literal.value();
        }
        Binding binding = operand instanceof Operand.Mark mark ? bindings.get(mark.number()) : null;
        if (binding == null) {
            throw new UnknownKeyException();
        }
        return binding.value();
    }

    /** The key's values; null when one of them has none. */
    @Nullable List<Object> values(List<Operand> key) throws UnknownKeyException {
        List<Object> values = new ArrayList<>();
        for (Operand operand : key) {
            Object value = value(operand);
            if (value == null) {
                return null;
            }
            values.add(value);
        }
        return values;
    }

    static RecordId id(Table<?, ?> table, List<Object> values) throws UnknownKeyException {
        try {
            return table.idOfColumns(values);
        } catch (RuntimeException noKey) {
            throw new UnknownKeyException();
        }
    }
}
