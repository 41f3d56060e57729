package io.dualwrite.spring.boot;

import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.jdbc.JdbcMigrationBuilder;
import io.dualwrite.spring.MigrationFactory.Declaration;
import io.dualwrite.spring.capture.CapturingDataSource;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Small pools for the library's own work beside the application's. Requests whose session stays open hold a connection while they
 * wait for a handover; with as many of them as connections, the handover would wait for one of theirs. Thread-safe.
 */
final class OwnPools implements AutoCloseable {
    private static final int CONNECTIONS = 4;

    private final List<HikariDataSource> pools = new CopyOnWriteArrayList<>();

    /** Gives a migration pools of its own where both sides' are Hikari's; connects to nothing. */
    void give(JdbcMigrationBuilder builder, Declaration declaration) {
        HikariDataSource origin = hikari(declaration.origin());
        HikariDataSource target = hikari(declaration.target());
        if (origin != null && target != null) {
            builder.ownPools(like(origin, declaration.name(), "origin"), like(target, declaration.name(), "target"));
        }
    }

    private static @Nullable HikariDataSource hikari(DataSource dataSource) {
        DataSource behind = CapturingDataSource.behind(dataSource);
        try {
            return behind.isWrapperFor(HikariDataSource.class) ? behind.unwrap(HikariDataSource.class) : null;
        } catch (SQLException unknown) {
            return null;
        }
    }

    private HikariDataSource like(HikariDataSource applications, String migration, String side) {
        HikariDataSource pool = new HikariDataSource();
        applications.copyStateTo(pool);
        pool.setPoolName("dualwrite-" + migration + "-" + side);
        pool.setMaximumPoolSize(CONNECTIONS);
        pool.setMinimumIdle(0);
        // The application's pool is measured under its own name.
        if (pool.getMetricRegistry() != null) {
            pool.setMetricRegistry(null);
        } else {
            pool.setMetricsTrackerFactory(null);
        }
        pools.add(pool);
        return pool;
    }

    @Override
    public void close() {
        pools.forEach(HikariDataSource::close);
    }
}
