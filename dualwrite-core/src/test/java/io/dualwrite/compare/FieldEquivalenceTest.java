package io.dualwrite.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FieldEquivalenceTest {
    record Line(String item, BigDecimal price) {}

    record Cart(String owner, List<Line> lines, Map<String, Integer> counts, Optional<String> note, byte[] seal) {}

    /** A bean, as an object mapper would want it. */
    public static final class Bean {
        private final String name;
        private Object other;

        Bean(String name) {
            this.name = name;
        }

        public String getName() {
            return name;
        }

        public boolean isNamed() {
            return name != null;
        }

        public Object getOther() {
            return other;
        }
    }

    private static final FieldEquivalence<Object> FIELDS = Equivalences.fields();

    private static Cart cart(String owner, String price) {
        return new Cart(
                owner,
                List.of(new Line("pen", BigDecimal.ONE), new Line("ink", new BigDecimal(price))),
                Map.of("ann@example.org", 1),
                Optional.of("note"),
                new byte[] {1, 2});
    }

    @Test
    void equalContentsAreEqual() {
        assertThat(FIELDS.compare(cart("ann", "2.5"), cart("ann", "2.5")).isEqual())
                .isTrue();
    }

    @Test
    void differencesAreToldByPath() {
        assertThat(FIELDS.compare(cart("ann", "2.5"), cart("bob", "2.6")).fields())
                .containsExactly("owner", "lines[1].price");
    }

    @Test
    void aPathCanBeIgnoredInEveryElement() {
        assertThat(FIELDS.ignoring("lines[].price")
                        .ignoring("owner")
                        .compare(cart("ann", "2.5"), cart("bob", "2.6"))
                        .isEqual())
                .isTrue();
    }

    @Test
    void decimalsCompareByScaleOrByValue() {
        assertThat(FIELDS.compare(cart("ann", "2.5"), cart("ann", "2.50")).isEqual())
                .isFalse();
        assertThat(FIELDS.decimalsByValue()
                        .compare(cart("ann", "2.5"), cart("ann", "2.50"))
                        .isEqual())
                .isTrue();
    }

    @Test
    void nullAgainstAValueIsADifferenceAnywhere() {
        Cart empty = new Cart(null, null, null, Optional.empty(), null);
        assertThat(FIELDS.compare(null, null).isEqual()).isTrue();
        assertThat(FIELDS.compare(null, cart("ann", "1")).fields()).containsExactly("");
        assertThat(FIELDS.compare(cart("ann", "1"), empty).fields())
                .containsExactly("owner", "lines", "counts", "note", "seal");
        assertThat(FIELDS.compare(empty, empty).isEqual()).isTrue();
        assertThat(FIELDS.compare(Arrays.asList(1, null), Arrays.asList(1, 2)).fields())
                .containsExactly("[1]");
    }

    @Test
    void setsHaveNoOrderAndListsHave() {
        assertThat(FIELDS.compare(Set.of(cart("a", "1"), cart("b", "1")), Set.of(cart("b", "1"), cart("a", "1")))
                        .isEqual())
                .isTrue();
        assertThat(FIELDS.compare(List.of(1, 2), List.of(2, 1)).isEqual()).isFalse();
        assertThat(FIELDS.compare(List.of(1, 2), List.of(1)).fields()).containsExactly("");
    }

    @Test
    void beansCompareByGetter() {
        assertThat(FIELDS.compare(new Bean("a"), new Bean("a")).isEqual()).isTrue();
        assertThat(FIELDS.compare(new Bean("a"), new Bean("b")).fields()).containsExactly("name");
    }

    @Test
    void aCycleEnds() {
        Bean one = new Bean("a");
        one.other = one;
        Bean two = new Bean("a");
        two.other = two;
        assertThat(FIELDS.compare(one, two).isEqual()).isTrue();
        two.other = new Bean("b");
        assertThat(FIELDS.compare(one, two).fields()).contains("other.name");
        assertThat(Fingerprint.of(one)).isNotEqualTo(Fingerprint.of(two));
    }

    @Test
    void depthAndNumberOfDifferencesAreBounded() {
        List<Object> deepOne = new ArrayList<>(List.of(1));
        List<Object> deepTwo = new ArrayList<>(List.of(2));
        for (int level = 0; level < 1_000; level++) {
            deepOne = new ArrayList<>(List.of(deepOne));
            deepTwo = new ArrayList<>(List.of(deepTwo));
        }
        assertThat(FIELDS.compare(deepOne, deepTwo).fields()).hasSize(1);
        List<Integer> many = new ArrayList<>();
        List<Integer> others = new ArrayList<>();
        for (int at = 0; at < 100; at++) {
            many.add(at);
            others.add(at + 1);
        }
        assertThat(FIELDS.compare(many, others).fields()).hasSize(FieldEquivalence.MOST);
    }

    @Test
    void valuesAndKeysOfMapsAreNeverShown() {
        Cart other = new Cart("zoe-secret", List.of(), Map.of("bob@example.org", 2), Optional.of("x"), new byte[] {1});
        assertThat(FIELDS.compare(cart("ann-secret", "1"), other).toString())
                .contains("owner", "String(10)#")
                .doesNotContain("secret", "example.org");
    }

    @Test
    void equalityHasOneDifferenceForTheWhole() {
        assertThat(Equivalences.equality().compare(new int[] {1}, new int[] {1}).isEqual())
                .isTrue();
        assertThat(Equivalences.equality().compare("a", null).fields()).containsExactly("");
    }

    @Test
    void fingerprintsTellContentsApartAndNothingElse() {
        assertThat(Fingerprint.of(cart("ann", "2.5")))
                .hasSize(32)
                .isEqualTo(Fingerprint.of(cart("ann", "2.50")))
                .isNotEqualTo(Fingerprint.of(cart("ann", "2.6")));
        assertThat(Fingerprint.of(List.of("x0", "y"))).isNotEqualTo(Fingerprint.of(List.of("x", "0y")));
        assertThat(Fingerprint.of("")).isNotEqualTo(Fingerprint.of(null));
        assertThat(Fingerprint.of(-0.0)).isEqualTo(Fingerprint.of(0.0));
        assertThat(Fingerprint.of(Double.NaN)).isEqualTo(Fingerprint.of(Float.NaN));
        assertThat(Fingerprint.of(1L)).isEqualTo(Fingerprint.of(1)).isEqualTo(Fingerprint.of(new BigDecimal("1.0")));
        assertThat(Fingerprint.of(Map.of("a", 1, "b", 2))).isEqualTo(Fingerprint.of(Map.of("b", 2, "a", 1)));
        assertThat(Fingerprint.of(Set.of("a", "b"))).isEqualTo(Fingerprint.of(Set.of("b", "a")));
    }
}
