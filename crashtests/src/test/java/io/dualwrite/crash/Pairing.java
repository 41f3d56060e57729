package io.dualwrite.crash;

import io.dualwrite.crash.Servers.Engine;
import io.dualwrite.stage.Sides;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.stream.Stream;

/** From one engine to another; which of them a build tries is said by the property {@code crash.pairings}. */
record Pairing(Engine origin, Engine target) {
    static Stream<Pairing> all() {
        return Arrays.stream(
                        System.getProperty("crash.pairings", "POSTGRES-MARIADB").split(","))
                .map(name -> new Pairing(
                        Engine.valueOf(name.substring(0, name.indexOf('-'))),
                        Engine.valueOf(name.substring(name.indexOf('-') + 1))));
    }

    Sides<Server> servers() {
        return Servers.pair(origin, target);
    }

    Cluster cluster(int records) throws IOException, SQLException {
        return new Cluster(servers(), Servers.home()).create(records);
    }

    @Override
    public String toString() {
        return origin + " to " + target;
    }
}
