package io.dualwrite.jdbc;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Pairs of engines, origin first; which of them a build tries is said by the property {@code jdbc.pairings}. */
final class Engines {
    private Engines() {}

    static Stream<Arguments> pairs() {
        return Arrays.stream(System.getProperty("jdbc.pairings", "H2-H2,H2-POSTGRES,POSTGRES-MARIADB")
                        .split(","))
                .map(pair -> pair.split("-"))
                .map(pair -> Arguments.of(Engine.valueOf(pair[0]), Engine.valueOf(pair[1])));
    }
}
