package io.dualwrite.benchmarks;

import io.dualwrite.servers.MariaDbServer;
import io.dualwrite.stage.Sides;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;

/** Pairs of real databases to move between. */
public enum Backends {
    /** Two servers; PostgreSQL has no other way for two databases to have two logs. */
    POSTGRES {
        @Override
        public Sides<String> databases() throws IOException {
            return new Sides<>(postgres(), postgres());
        }
    },
    /** Two databases of one server. */
    MARIADB {
        @Override
        public Sides<String> databases() {
            return new Sides<>(mariaDb(), mariaDb());
        }
    };

    public abstract Sides<String> databases() throws IOException;

    private static String postgres() throws IOException {
        int port = EmbeddedPostgres.builder()
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_connections", "200")
                .start()
                .getPort();
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres&reWriteBatchedInserts=true";
    }

    private static String mariaDb() {
        return MariaDbServer.newDatabase().getUrl();
    }
}
