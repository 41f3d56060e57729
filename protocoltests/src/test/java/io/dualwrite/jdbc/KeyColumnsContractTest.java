package io.dualwrite.jdbc;

import io.dualwrite.store.KeyCodec;
import io.dualwrite.testkit.contract.KeyCodecContract;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Nested;

/** Keys as they lie in columns, under the contract for keys. */
class KeyColumnsContractTest {
    record Line(String order, Integer number) {}

    @Nested
    class CompositeKeys extends KeyCodecContract<Line> {
        @Override
        protected KeyCodec<Line> codec() {
            return KeyColumns.of(Line.class);
        }

        @Override
        protected List<Line> keysInOrder() {
            return List.of(
                    new Line("", 0),
                    new Line("a", 2),
                    new Line("a", 10),
                    new Line("a\\", 1),
                    new Line("a\\|", 1),
                    new Line("a|", -1),
                    new Line("a|1", 1),
                    new Line("b", -5));
        }
    }

    @Nested
    class ShortKeys extends KeyCodecContract<Short> {
        @Override
        protected KeyCodec<Short> codec() {
            return KeyColumns.of(Short.class);
        }

        @Override
        protected List<Short> keysInOrder() {
            return List.of(Short.MIN_VALUE, (short) -1, (short) 2, (short) 10, Short.MAX_VALUE);
        }
    }

    @Nested
    class Days extends KeyCodecContract<LocalDate> {
        @Override
        protected KeyCodec<LocalDate> codec() {
            return KeyColumns.of(LocalDate.class);
        }

        @Override
        protected List<LocalDate> keysInOrder() {
            return List.of(LocalDate.of(999, 12, 31), LocalDate.of(2024, 2, 29), LocalDate.of(2026, 11, 22));
        }
    }
}
