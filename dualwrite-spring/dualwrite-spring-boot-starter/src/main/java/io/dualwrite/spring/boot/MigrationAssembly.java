package io.dualwrite.spring.boot;

import io.dualwrite.flag.StageSource;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.JdbcMigrationBuilder;
import io.dualwrite.repair.HandoverSettings;
import io.dualwrite.spring.MigrationFactory;
import io.dualwrite.spring.MigrationFactory.Declaration;
import io.dualwrite.spring.SpringRepositories;

/** Makes the beans of a migration out of its properties and the beans that they name; called by the container. */
final class MigrationAssembly {
    static final String BEAN = "dualwriteMigrationAssembly";

    private final DualwriteProperties properties;
    private final MigrationFactory factory;
    private final MigrationBeans beans;

    MigrationAssembly(DualwriteProperties properties, MigrationFactory factory, MigrationBeans beans) {
        this.properties = properties;
        this.factory = factory;
        this.beans = beans;
    }

    /** The name of a migration's bean. */
    static String beanOf(String migration) {
        return migration + "Migration";
    }

    /** Builds the migration of this name. */
    JdbcMigration migration(String name) {
        MigrationProperties declared = declared(name);
        boolean alone = properties.migrations().size() == 1;
        Declaration declaration = new Declaration(
                name,
                beans.origin(name, declared.origin()),
                beans.target(name, declared.target()),
                beans.tables(name, declared.tables(), alone));
        return factory.create(declaration, (migration, builder) -> apply(migration, declared, builder));
    }

    /** What decorates repositories for the migration of this name. */
    SpringRepositories repositories(String name) {
        MigrationProperties declared = declared(name);
        return new SpringRepositories(
                beans.migration(beanOf(name)),
                beans.origin(name, declared.origin()),
                beans.target(name, declared.target()));
    }

    private MigrationProperties declared(String name) {
        MigrationProperties declared = properties.migrations().get(name);
        if (declared == null) {
            throw new IllegalArgumentException("There is no migration '" + name + "' under dualwrite.migrations");
        }
        return declared;
    }

    private void apply(String migration, MigrationProperties declared, JdbcMigrationBuilder builder) {
        builder.createTables(declared.createTables())
                .waitForCopy(declared.waitForCopy())
                .copyDeadline(declared.copyDeadline())
                .staleness(declared.staleness())
                .writersWait(declared.writersWait())
                .handover(HandoverSettings.defaults().withBudget(declared.handoverBudget()))
                .shadowSample(declared.shadowSample())
                .fallback(declared.fallback());
        if (declared.attestedBy() != null) {
            builder.attestedBy(declared.attestedBy());
        }
        if (declared.verifyContinuously()) {
            builder.verifyContinuously(declared.continuous());
        }
        StageSource flag = beans.flag(migration);
        if (flag != null) {
            builder.stage(flag);
        } else if (declared.stage() != null) {
            builder.stage(StageSource.constant(declared.stage()));
        }
    }
}
