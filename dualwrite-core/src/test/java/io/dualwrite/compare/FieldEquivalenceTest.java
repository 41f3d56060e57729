package io.dualwrite.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
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

    @Test
    void aFieldMayBeIgnoredWhereverItIs() {
        assertThat(FIELDS.ignoring("**.price")
                        .compare(cart("ann", "2.5"), cart("ann", "9"))
                        .isEqual())
                .isTrue();
        assertThat(FIELDS.ignoring("**.item")
                        .compare(cart("ann", "2.5"), cart("ann", "9"))
                        .fields())
                .containsExactly("lines[1].price");
    }

    @Test
    void aMapsValuesAreMeantAllOrOneByItsKey() {
        Map<String, Integer> some = Map.of("a", 1, "b", 1);
        Map<String, Integer> others = Map.of("a", 2, "b", 2);
        assertThat(FIELDS.ignoring("{}").compare(some, others).isEqual()).isTrue();
        assertThat(FIELDS.ignoring("{a}").compare(some, others).fields()).hasSize(1);
        assertThat(FIELDS.ignoring("{a}").ignoring("{b}").compare(some, others).isEqual())
                .isTrue();
        assertThat(FIELDS.ignoring("{c}").compare(Map.of("c", 1), Map.of()).isEqual())
                .isTrue();
    }

    record Person(String fullName, String mail) {}

    record Customer(String name, String mail) {}

    @Test
    void aRenamedFieldIsComparedWithItsOtherName() {
        FieldEquivalence<Object> renamed = FIELDS.renaming("fullName", "name");
        assertThat(renamed.compare(new Person("Ann", "a"), new Customer("Ann", "a"))
                        .isEqual())
                .isTrue();
        assertThat(renamed.compare(new Customer("Ann", "a"), new Person("Eve", "a"))
                        .fields())
                .containsExactly("fullName");
        assertThat(renamed.compare(new Person("Ann", "a"), Map.of("name", "Ann", "mail", "b"))
                        .fields())
                .containsExactly("mail");
        assertThat(FIELDS.compare(new Person("Ann", "a"), new Customer("Ann", "a"))
                        .isEqual())
                .isFalse();
    }

    @Test
    void aRenamedFieldIsMeantByItsPathInOtherRulesToo() {
        assertThat(FIELDS.renaming("fullName", "name")
                        .ignoringCase("fullName")
                        .compare(new Person("ANN", "a"), new Customer("ann", "a"))
                        .isEqual())
                .isTrue();
        assertThat(FIELDS.renaming("{colour}", "color")
                        .ignoringCase("{colour}")
                        .compare(Map.of("colour", "RED"), Map.of("color", "red"))
                        .isEqual())
                .isTrue();
    }

    @Test
    void aFieldThatOneSideLacksDiffers() {
        assertThat(FIELDS.renaming("fullName", "name")
                        .compare(new Person("Ann", "a"), Map.of("name", "Ann"))
                        .fields())
                .containsExactly("mail");
    }

    @Test
    void valuesAreConvertedOnBothSidesOneConversionAfterTheOther() {
        FieldEquivalence<Object> converting = FIELDS.converting("owner", String.class, String::strip)
                .converting("owner", String.class, text -> text.replace("-", ""));
        assertThat(converting.compare(cart(" an-n", "2.5"), cart("ann ", "2.5")).isEqual())
                .isTrue();
        assertThat(converting
                        .compare(cart(" an-n", "2.5"), cart("anna ", "2.5"))
                        .fields())
                .containsExactly("owner");
    }

    @Test
    void numbersMayBeAsFarApartAsDeclared() {
        FieldEquivalence<Object> near = FIELDS.tolerating("lines[].price", new BigDecimal("0.01"));
        assertThat(near.compare(cart("ann", "2.50"), cart("ann", "2.51")).isEqual())
                .isTrue();
        assertThat(near.compare(cart("ann", "2.50"), cart("ann", "2.511")).fields())
                .containsExactly("lines[1].price");
        FieldEquivalence<Object> any = FIELDS.tolerating("", BigDecimal.ONE);
        assertThat(any.compare(new BigDecimal("1E+1000000000"), 1).isEqual()).isFalse();
        assertThat(any.compare(Double.NaN, 1.0).isEqual()).isFalse();
        assertThat(any.compare(1, 2L).isEqual()).isTrue();
    }

    @Test
    void timesMayBeAsFarApartAsDeclaredOrCutOff() {
        Instant noon = Instant.parse("2020-01-01T12:00:00.123456789Z");
        FieldEquivalence<Object> near = FIELDS.tolerating("", Duration.ofMillis(5));
        assertThat(near.compare(noon, noon.plusMillis(5)).isEqual()).isTrue();
        assertThat(near.compare(noon, noon.plusMillis(6)).isEqual()).isFalse();
        assertThat(near.compare(noon, LocalDate.EPOCH).isEqual()).isFalse();
        assertThat(near.compare(LocalDate.EPOCH, LocalDate.EPOCH).isEqual()).isTrue();
        FieldEquivalence<Object> micros = FIELDS.timesTo(ChronoUnit.MICROS);
        assertThat(micros.compare(noon, Instant.parse("2020-01-01T12:00:00.123456Z"))
                        .isEqual())
                .isTrue();
        assertThat(micros.compare(List.of(LocalDateTime.MAX), List.of(LocalDateTime.MAX.minusNanos(1000)))
                        .fields())
                .containsExactly("[0]");
        assertThat(FIELDS.timesTo(ChronoUnit.SECONDS)
                        .compare(new Date(1_999), new Date(1_000))
                        .isEqual())
                .isTrue();
        assertThatThrownBy(() -> FIELDS.timesTo(ChronoUnit.WEEKS)).hasMessageContaining("day");
    }

    @Test
    void aListsOrderMayMeanNothing() {
        Cart one = cart("ann", "2.5");
        List<Line> turned = List.of(one.lines().get(1), one.lines().get(0));
        Cart two = new Cart(one.owner(), turned, one.counts(), one.note(), one.seal());
        assertThat(FIELDS.unordered("lines").compare(one, two).isEqual()).isTrue();
        assertThat(FIELDS.compare(one, two).isEqual()).isFalse();
        assertThat(FIELDS.unordered("lines").compare(one, cart("ann", "3")).fields())
                .containsExactly("lines");
        assertThat(FIELDS.unordered("")
                        .compare(List.of(1, 1, 2), List.of(1, 2, 2))
                        .isEqual())
                .isFalse();
        assertThat(FIELDS.unordered("")
                        .ignoring("[].price")
                        .compare(one.lines(), List.of(new Line("ink", BigDecimal.TEN), new Line("pen", null)))
                        .isEqual())
                .isTrue();
    }

    @Test
    void numbersCountByValueWhateverTheirClass() {
        assertThat(FIELDS.decimalsByValue()
                        .compare(List.of(1, 2L), List.of(1L, 2.0))
                        .isEqual())
                .isTrue();
        assertThat(FIELDS.decimalsByValue().compare(Double.NaN, Double.NaN).isEqual())
                .isTrue();
    }
}
