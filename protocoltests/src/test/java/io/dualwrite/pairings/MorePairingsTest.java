package io.dualwrite.pairings;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every pairing of engines, in both directions, that {@link PairingsTest} leaves out. */
@Tag("matrix")
final class MorePairingsTest {
    static Stream<Arguments> pairings() {
        return Arrays.stream(Engine.values())
                .flatMap(origin -> Arrays.stream(Engine.values()).map(target -> Arguments.of(origin, target)))
                .filter(pairing ->
                        PairingsTest.pairings().noneMatch(other -> Arrays.equals(other.get(), pairing.get())));
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("pairings")
    void aMigrationUnderTrafficLosesNothingThereAndBack(Engine origin, Engine target) throws Exception {
        new Voyage(origin, target).go();
    }
}
