package io.dualwrite.specification;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.specification.ModelChecker.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The protocol holds in every state that the model checker can reach within small bounds, and each known mistake in it is
 * refuted by the damage that it does. {@code docs/specification.md} says what is modelled.
 */
class SpecificationTest {
    private static final ModelChecker SMALL = new ModelChecker(1, "768m", Duration.ofMinutes(10));
    private static final ModelChecker LARGE = new ModelChecker(2, "4g", Duration.ofMinutes(30));
    private static final List<String> CONFIGURATIONS =
            List.of("transfers", "backfill", "confirmation", "flip", "handover", "generations", "walk", "liveness");
    private static final List<String> LARGE_CONFIGURATIONS = List.of(
            "large/transfers",
            "large/backfill",
            "large/confirmation",
            "large/handover",
            "large/pairs",
            "large/thrice",
            "large/generations",
            "large/walk",
            "large/again");
    /** Those that together take every step. */
    private static final Set<String> COUNTING = Set.of("confirmation", "handover", "walk");

    private static final Pattern VARIATIONS = Pattern.compile("Is\\(\"(\\w+)\"\\)|Variation \\\\in \\{([^}]*)}");
    private static final Pattern ACTION = Pattern.compile("(?m)^([A-Z]\\w*_\\w+)(?:\\([^)]*\\))? ==");

    @TestFactory
    Stream<DynamicTest> theProtocolHolds() {
        Set<String> taken = new TreeSet<>();
        Stream<DynamicTest> each = CONFIGURATIONS.stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> taken.addAll(holds(SMALL, name))));
        // What is never reached is never checked.
        DynamicTest all = DynamicTest.dynamicTest(
                "andEveryStepIsTakenSomewhere", () -> assertThat(taken).containsAll(actions()));
        return Stream.concat(each, Stream.of(all));
    }

    @Tag("matrix")
    @TestFactory
    Stream<DynamicTest> theProtocolHoldsInLargerBounds() {
        return LARGE_CONFIGURATIONS.stream().map(name -> DynamicTest.dynamicTest(name, () -> holds(LARGE, name)));
    }

    static List<Mistake> mistakes() {
        return Mistake.ALL;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void everyMistakeIsRefutedByItsDamage(Mistake mistake) {
        Outcome outcome = SMALL.check(mistake.configuration(), mistake.variation(), mistake.property());

        System.out.println(outcome.told());
        assertThat(outcome.violated()).isEqualTo(mistake.property());
        assertThat(outcome.trace()).hasSizeGreaterThan(2);
    }

    static List<Mistake> harmless() {
        return Mistake.HARMLESS;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("harmless")
    void whatIsNoMistakeIsNotRefuted(Mistake variation) {
        Outcome outcome = SMALL.check(variation.configuration(), variation.variation());

        System.out.println(outcome.told());
        assertThat(outcome.violated()).isNull();
    }

    @Test
    void everyVariationOfTheSpecificationIsListed() {
        Set<String> listed = new TreeSet<>();
        Stream.concat(Mistake.ALL.stream(), Mistake.HARMLESS.stream()).forEach(each -> listed.add(each.variation()));

        assertThat(listed).isEqualTo(variations());
    }

    private static Set<String> holds(ModelChecker checker, String configuration) {
        Outcome outcome = checker.check(configuration, COUNTING.contains(configuration));
        System.out.println(outcome.told());
        assertThat(outcome.violated())
                .as("violated in %s: %s", configuration, outcome.trace())
                .isNull();
        return outcome.taken();
    }

    /** The names of the specification's actions, apart from those that only variations take. */
    static Set<String> actions() {
        Set<String> names = new TreeSet<>();
        Matcher matcher = ACTION.matcher(ModelChecker.specification());
        while (matcher.find()) {
            if (!matcher.group(1).startsWith("Wrong_")) {
                names.add(matcher.group(1));
            }
        }
        assertThat(names).hasSizeGreaterThan(25);
        return names;
    }

    private static Set<String> variations() {
        Set<String> names = new TreeSet<>();
        Matcher matcher = VARIATIONS.matcher(ModelChecker.specification());
        while (matcher.find()) {
            String one = matcher.group(1);
            for (String name : one == null ? matcher.group(2).split(",") : new String[] {one}) {
                names.add(name.replace("\"", "").strip());
            }
        }
        return names;
    }
}
