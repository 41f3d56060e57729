package io.dualwrite.jdbc;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Every pair of engines, origin first. */
final class Engines {
    private Engines() {}

    static Stream<Arguments> pairs() {
        return Arrays.stream(Engine.values())
                .flatMap(origin -> Arrays.stream(Engine.values()).map(target -> Arguments.of(origin, target)));
    }
}
