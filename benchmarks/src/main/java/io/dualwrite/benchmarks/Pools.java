package io.dualwrite.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.stage.Sides;

/** Pools of connections to a pair of databases. */
public final class Pools {
    private Pools() {}

    public static Sides<HikariDataSource> of(Sides<String> urls, int connections) {
        return Sides.each(side -> {
            HikariConfig config = new HikariConfig();
            config.setJdbcUrl(urls.of(side));
            config.setMaximumPoolSize(connections);
            return new HikariDataSource(config);
        });
    }
}
