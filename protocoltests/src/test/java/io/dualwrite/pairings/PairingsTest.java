package io.dualwrite.pairings;

import static io.dualwrite.pairings.Engine.H2;
import static io.dualwrite.pairings.Engine.MARIADB;
import static io.dualwrite.pairings.Engine.POSTGRES;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each engine as an origin and as a target once; {@link MorePairingsTest} has the rest. */
final class PairingsTest {
    static Stream<Arguments> pairings() {
        return Stream.of(Arguments.of(H2, H2), Arguments.of(H2, POSTGRES), Arguments.of(POSTGRES, MARIADB));
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("pairings")
    void aMigrationUnderTrafficLosesNothingThereAndBack(Engine origin, Engine target) throws Exception {
        new Voyage(origin, target).go();
    }
}
