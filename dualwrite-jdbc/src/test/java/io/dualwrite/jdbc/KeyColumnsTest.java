package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class KeyColumnsTest {
    record Line(long order, String article) {}

    record Wrong(long order, double share) {}

    @Test
    void aCompositeKeyComesBackFromItsText() {
        KeyColumns<Line> keys = KeyColumns.of(Line.class);
        for (Line key : List.of(
                new Line(1, "a"),
                new Line(-7, "with|separator"),
                new Line(0, "back\\slash\\|"),
                new Line(1, ""),
                new Line(2, "ünï\uD83D\uDE00"))) {
            assertThat(keys.decode(keys.encode(key))).isEqualTo(key);
        }
    }

    @Test
    void separatorsInPartsMakeNoTwoKeysOne() {
        record Pair(String first, String second) {}
        KeyColumns<Pair> keys = KeyColumns.of(Pair.class);
        assertThat(List.of(
                        keys.encode(new Pair("a|", "b")),
                        keys.encode(new Pair("a", "|b")),
                        keys.encode(new Pair("a\\", "|b")),
                        keys.encode(new Pair("", "")),
                        keys.encode(new Pair("|", ""))))
                .doesNotHaveDuplicates();
        assertThat(keys.decode(keys.encode(new Pair("", "")))).isEqualTo(new Pair("", ""));
    }

    @Test
    void partsAreTheirColumnsOnlyInTheSameOrder() {
        record Position(long orderNumber, long line) {}
        KeyColumns<Position> keys = KeyColumns.of(Position.class);
        assertThat(keys.isNamed(List.of("order_number", "LINE"))).isTrue();
        assertThat(keys.isNamed(List.of("line", "order_number"))).isFalse();
        assertThat(KeyColumns.of(Long.class).isNamed(List.of("anything"))).isTrue();
    }

    @Test
    void aUuidInATextColumnHasOneSpelling() {
        KeyColumns<UUID> keys = KeyColumns.of(UUID.class);
        String text = "0f8fad5b-d9cb-469f-a165-70867728950e";
        assertThat(keys.textOf(List.of(text))).isEqualTo(text);
        assertThatThrownBy(() -> keys.textOf(List.of(text.toUpperCase(Locale.ROOT))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("another spelling");
    }

    @Test
    void theFirstPartIsComparedFirst() {
        KeyColumns<Line> keys = KeyColumns.of(Line.class);
        assertThat(keys.compare(new Line(1, "b"), new Line(2, "a"))).isNegative();
        assertThat(keys.compare(new Line(1, "b"), new Line(1, "a"))).isPositive();
        assertThat(keys.compare(new Line(1, "a"), new Line(1, "a"))).isZero();
    }

    @Test
    void columnValuesOfOtherNumberTypesAreTakenExactly() {
        assertThat(KeyColumns.of(Long.class).textOf(List.of(new BigDecimal("12.00"))))
                .isEqualTo("12");
        assertThatThrownBy(() -> KeyColumns.of(Long.class).textOf(List.of(new BigDecimal("12.5"))))
                .isInstanceOf(ArithmeticException.class);
        UUID id = UUID.randomUUID();
        assertThat(KeyColumns.of(UUID.class).textOf(List.of(id.toString()))).isEqualTo(id.toString());
    }

    @Test
    void aClassThatIsNoKeyIsRefusedByName() {
        assertThatThrownBy(() -> KeyColumns.of(Wrong.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("share");
        assertThatThrownBy(() -> KeyColumns.of(Object.class)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aKeyWithANullPartIsRefused() {
        assertThatThrownBy(() -> KeyColumns.of(Line.class).encode(new Line(1, null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("article");
    }
}
