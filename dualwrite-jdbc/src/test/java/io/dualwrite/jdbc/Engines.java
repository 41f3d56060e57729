package io.dualwrite.jdbc;

import static io.dualwrite.jdbc.Engine.H2;
import static io.dualwrite.jdbc.Engine.H2_SERVER;
import static io.dualwrite.jdbc.Engine.MARIADB;
import static io.dualwrite.jdbc.Engine.POSTGRES;

import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Pairs of engines, origin first. */
final class Engines {
    private Engines() {}

    static Stream<Arguments> pairs() {
        return Stream.of(
                Arguments.of(H2, H2),
                Arguments.of(H2, POSTGRES),
                Arguments.of(POSTGRES, H2_SERVER),
                Arguments.of(POSTGRES, MARIADB),
                Arguments.of(MARIADB, H2),
                Arguments.of(POSTGRES, POSTGRES));
    }
}
