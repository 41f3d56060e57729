package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.SqlType.Family;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which types go into which, tried on the engines themselves with the values at every type's bounds. */
final class TypesTest {
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

    static Stream<Arguments> otherPairs() {
        return allPairs().filter(pair -> pairs().noneMatch(known -> Arrays.equals(known.get(), pair.get())));
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("pairs")
    void whatFitsGoesThereAndBackUnchanged(Engine origin, Engine target) throws Exception {
        assertThat(new TypeVoyage(origin, target).thereAndBack()).isEmpty();
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("otherPairs")
    @Tag("matrix")
    void whatFitsGoesThereAndBackUnchangedOnEveryOtherPairing(Engine origin, Engine target) throws Exception {
        assertThat(new TypeVoyage(origin, target).thereAndBack()).isEmpty();
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
