package io.dualwrite.spring;

import io.dualwrite.jdbc.JdbcMigrationBuilder;

/**
 * Has the last word on how a migration is built: called once per migration, in the order of the
 * beans, after everything that properties and other beans say and before {@code build()}. What it throws fails the start of
 * the application.
 */
@FunctionalInterface
public interface MigrationCustomizer {
    /**
     * Changes the settings of a migration.
     *
     * @param migration the migration's name
     * @param builder what it is going to be built from
     */
    void customize(String migration, JdbcMigrationBuilder builder);
}
