package io.dualwrite.spring;

import io.dualwrite.event.MigrationListener;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.JdbcMigrationBuilder;
import io.dualwrite.jdbc.Table;
import io.dualwrite.spring.capture.CapturingDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Builds migrations from an application's beans: what all of its migrations share is here, what one of them is made of is
 * in {@link Declaration}. Touches no database. Thread-safe.
 */
public final class MigrationFactory {
    private final List<MigrationListener> listeners;
    private final @Nullable MeterRegistry meters;
    private final List<MigrationCustomizer> customizers;

    /**
     * What one migration is made of.
     *
     * @param name the migration's name
     * @param origin where the application lives when the migration begins
     * @param target where it moves to; need not be reachable
     * @param tables what moves, parents before children
     */
    public record Declaration(String name, DataSource origin, DataSource target, List<Table<?, ?>> tables) {
        public Declaration {
            tables = List.copyOf(tables);
        }
    }

    /**
     * A factory for all migrations of an application.
     *
     * @param listeners told of every migration's events
     * @param meters where meters are registered, or null for none
     * @param customizers asked last, in order
     */
    public MigrationFactory(
            List<MigrationListener> listeners, @Nullable MeterRegistry meters, List<MigrationCustomizer> customizers) {
        this.listeners = List.copyOf(listeners);
        this.meters = meters;
        this.customizers = List.copyOf(customizers);
    }

    /**
     * Builds a migration; {@link MigrationLifecycle} starts it. Its own connections come from behind DataSources that capture.
     *
     * @param declaration what it is made of
     * @param settings how it behaves; asked before the customizers
     * @throws MigrationSetupException when both DataSources are one, or there is no table
     * @throws io.dualwrite.DeclarationException with everything that is wrong with tables and settings
     */
    public JdbcMigration create(Declaration declaration, MigrationCustomizer settings) {
        check(declaration);
        JdbcMigrationBuilder builder = Jdbc.migration(
                        declaration.name(),
                        CapturingDataSource.behind(declaration.origin()),
                        CapturingDataSource.behind(declaration.target()))
                .records(declaration.tables().toArray(Table[]::new));
        if (meters != null) {
            builder.meters(meters);
        }
        listeners.forEach(builder::listener);
        settings.customize(declaration.name(), builder);
        customizers.forEach(customizer -> customizer.customize(declaration.name(), builder));
        return builder.build();
    }

    private static void check(Declaration declaration) {
        if (plain(declaration.origin()) == plain(declaration.target())) {
            throw new MigrationSetupException(
                    "Origin and target of migration '" + declaration.name() + "' are the same DataSource.",
                    "Declare a second DataSource for the new database, for example with"
                            + " @Bean(defaultCandidate = false) @Qualifier(\"target\"), and give it as the target.");
        }
        if (declaration.tables().isEmpty()) {
            throw new MigrationSetupException(
                    "Migration '" + declaration.name() + "' has no tables to move.",
                    "Declare a bean of type " + Table.class.getName()
                            + " for each table that moves, made by Jdbc.table(...).");
        }
    }

    /** The DataSource that is behind Spring's wrappers. */
    static DataSource plain(DataSource dataSource) {
        DataSource behind = dataSource instanceof DelegatingDataSource wrapper ? wrapper.getTargetDataSource() : null;
        return behind == null ? dataSource : plain(behind);
    }
}
