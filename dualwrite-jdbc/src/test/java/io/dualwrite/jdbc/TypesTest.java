package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.SqlType.Family;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Which types go into which, tried on the engines themselves with the values at every type's bounds and with random ones:
 * {@code -Ddualwrite.types.seed=} has others, {@code -Ddualwrite.types.values=} more of them.
 */
final class TypesTest {
    private static final long SEED = Long.getLong("dualwrite.types.seed", 1);
    private static final int VALUES = Integer.getInteger("dualwrite.types.values", 100);
    private static final int MORE_VALUES = Integer.getInteger("dualwrite.types.values", 300);

    static Stream<Arguments> pairs() {
        return Stream.of(
                Arguments.of(Engine.H2, Engine.POSTGRES),
                Arguments.of(Engine.POSTGRES, Engine.MARIADB),
                Arguments.of(Engine.MARIADB, Engine.POSTGRES));
    }

    static Stream<Arguments> allPairs() {
        return Stream.of(Engine.H2, Engine.POSTGRES, Engine.MARIADB)
                .flatMap(from ->
                        Stream.of(Engine.H2, Engine.POSTGRES, Engine.MARIADB).map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("pairs")
    void whatFitsGoesThereAndBackUnchanged(Engine origin, Engine target) throws Exception {
        assertThat(voyage(origin, target, VALUES, SEED).thereAndBack()).isEmpty();
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("allPairs")
    @Tag("matrix")
    void whatFitsGoesThereAndBackUnchangedOnEveryPairing(Engine origin, Engine target) throws Exception {
        long seed = Long.getLong("dualwrite.types.seed", System.nanoTime());
        assertThat(voyage(origin, target, MORE_VALUES, seed).thereAndBack()).isEmpty();
    }

    private static TypeVoyage voyage(Engine origin, Engine target, int values, long seed) {
        System.out.printf("types: %s to %s with %d random values each from seed %d%n", origin, target, values, seed);
        return new TypeVoyage(origin, target).with(values, seed);
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("allPairs")
    @Tag("matrix")
    void whatIsRefusedWouldReallyBeLost(Engine origin, Engine target) throws Exception {
        assertThat(new TypeVoyage(origin, target).refusedForNothing()).isEmpty();
    }

    @Test
    void everyEngineHasATypeOfEveryFamilyThatItKnows() {
        assertThat(SqlType.of(Engine.POSTGRES).stream().map(SqlType::family).distinct())
                .containsExactlyInAnyOrder(Family.values());
        assertThat(SqlType.of(Engine.H2).stream().map(SqlType::family).distinct())
                .containsExactlyInAnyOrder(Family.values());
        assertThat(SqlType.of(Engine.MARIADB).stream().map(SqlType::family).distinct())
                .doesNotContain(Family.TIME_WITH_ZONE, Family.JSON)
                .hasSize(Family.values().length - 2);
    }
}
