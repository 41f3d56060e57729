package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.stage.Side;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

    @Test
    void keysOfRowsAreValuesOrListsOfThem() {
        UUID id = UUID.randomUUID();
        Row row = Row.of(Map.of("ORDER_ID", 7, "product", id.toString(), "other", "x"));

        assertThat(idOf(Jdbc.rows("t", List.of(new KeyColumn("order_id", Long.class))), row))
                .isEqualTo("7");
        Table<Row, ?> links =
                Jdbc.rows("t", List.of(new KeyColumn("order_id", Long.class), new KeyColumn("product", UUID.class)));
        assertThat(idOf(links, row)).isEqualTo("7|" + id);
        assertThat(links.keys().valuesOf("7|" + id)).containsExactly(7L, id);
        assertThat(links.keyColumns(Side.TARGET)).containsExactly("order_id", "product");
        assertThat(links.problems()).isEmpty();
        assertThatThrownBy(() -> Jdbc.rows("t", List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThat(Jdbc.rows("t", List.of(new KeyColumn("a", Double.class), new KeyColumn("b", Long.class)))
                        .problems())
                .isNotEmpty();
    }

    private static <K> String idOf(Table<Row, K> table, Row row) {
        return table.type().idOf(row).key();
    }
}
