package io.dualwrite.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FindingsTest {
    private final Findings findings = new Findings();

    private static Difference at(String path) {
        return new Difference(path, "a", "b");
    }

    @Test
    void differencesAreCountedByFieldWithAFewSamples() {
        for (int line = 0; line < 10; line++) {
            assertThat(findings.different("find", List.of(at("lines[" + line + "].price"), at("owner")), List.of()))
                    .containsExactly("lines[" + line + "].price", "owner");
        }
        findings.same("find");
        findings.different("list", List.of(at("{String(3)#12}"), at("{String(4)#ab}")), List.of());
        assertThat(findings.all())
                .extracting(
                        FieldFinding::operation, FieldFinding::field, FieldFinding::compared, FieldFinding::differed)
                .containsExactlyInAnyOrder(
                        tuple("find", "lines[].price", 11L, 10L),
                        tuple("find", "owner", 11L, 10L),
                        tuple("list", "{}", 1L, 1L));
        assertThat(findings.all().get(0).samples()).hasSize(3);
    }

    @Test
    void aFieldThatDiffersFromItselfAsOftenIsNoiseAndComesLast() {
        for (int read = 0; read < 50; read++) {
            assertThat(findings.different("find", List.of(at("asOf"), at("total")), List.of(at("asOf"))))
                    .containsExactly("total");
        }
        assertThat(findings.all()).extracting(FieldFinding::field).containsExactly("total", "asOf");
        assertThat(findings.all()).extracting(FieldFinding::isNoise).containsExactly(false, true);
    }

    @Test
    void aFieldThatDiffersMoreOftenThanFromItselfIsReal() {
        findings.different("find", List.of(at("total")), List.of(at("total")));
        for (int read = 0; read < 2; read++) {
            findings.different("find", List.of(at("total")), List.of());
        }
        assertThat(findings.all()).extracting(FieldFinding::isNoise).containsExactly(false);
    }

    @Test
    void aHandfulAmongTensOfThousandsOfEqualAnswersIsNoise() {
        findings.different("find", List.of(at("total")), List.of(at("total")));
        findings.different("find", List.of(at("total")), List.of());
        findings.different("find", List.of(at("total")), List.of());
        IntStream.range(0, 10_000).forEach(any -> findings.same("find"));
        assertThat(findings.all()).extracting(FieldFinding::isNoise).containsExactly(true);
    }

    @Test
    void fieldsBeyondTheBoundAreCountedTogether() {
        IntStream.range(0, 1_000).forEach(any -> findings.different("find", List.of(at("f" + any)), List.of()));
        assertThat(findings.all()).hasSize(Findings.MOST + 1);
        assertThat(findings.all().get(0).field()).isEqualTo(Findings.REST);
        assertThat(findings.all().get(0).differed()).isEqualTo(1_000 - Findings.MOST);
    }
}
