package io.dualwrite.spring.boot;

import io.dualwrite.flag.StageSource;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.JdbcMigrationBuilder;
import io.dualwrite.jdbc.Table;
import io.dualwrite.repair.HandoverSettings;
import io.dualwrite.spring.MigrationFactory;
import io.dualwrite.spring.MigrationFactory.Declaration;
import io.dualwrite.spring.SpringRepositories;
import io.dualwrite.spring.StageHold;
import io.dualwrite.spring.capture.CapturingDataSource;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/** Makes the beans of a migration out of its properties and the beans that they name; called by the container. */
final class MigrationAssembly implements AutoCloseable {
    static final String BEAN = "dualwriteMigrationAssembly";
    private static final String HIKARI = "com.zaxxer.hikari.HikariDataSource";

    private final DualwriteProperties properties;
    private final MigrationFactory factory;
    private final MigrationBeans beans;
    private final StageHolds holds;
    private final @Nullable Executor virtualThreads;
    private final @Nullable OwnPools pools;

    /** {@code virtualThreads} is null where the application does not use them. */
    MigrationAssembly(
            DualwriteProperties properties,
            MigrationFactory factory,
            MigrationBeans beans,
            StageHolds holds,
            @Nullable Executor virtualThreads) {
        this.properties = properties;
        this.factory = factory;
        this.beans = beans;
        this.holds = holds;
        this.virtualThreads = virtualThreads;
        this.pools = ClassUtils.isPresent(HIKARI, MigrationAssembly.class.getClassLoader()) ? new OwnPools() : null;
    }

    /** Closes what it opened for its migrations, which are closed before it. */
    @Override
    public void close() {
        if (pools != null) {
            pools.close();
        }
    }

    /** The name of a migration's bean. */
    static String beanOf(String migration) {
        return migration + "Migration";
    }

    /** Builds the migration of this name. */
    JdbcMigration migration(String name) {
        MigrationProperties declared = declared(name);
        boolean alone = properties.migrations().size() == 1;
        List<Table<?, ?>> tables = declared.jpa()
                ? beans.tablesOfUnits(name, declared.tables(), alone)
                : beans.tables(name, declared.tables(), alone);
        Declaration declaration = new Declaration(
                name, beans.origin(name, declared.origin()), beans.target(name, declared.target()), tables);
        boolean createTables = TableCreation.isWanted(
                declared.createTables(),
                properties.jdbc().initializeSchema(),
                CapturingDataSource.behind(declaration.origin()),
                CapturingDataSource.behind(declaration.target()));
        JdbcMigration migration = factory.create(declaration, (own, builder) -> {
            apply(own, declared, builder.createTables(createTables));
            if (declared.jpa() && pools != null) {
                pools.give(builder, declaration);
            }
        });
        migration.rampTo(declared.readRamp());
        return migration;
    }

    /** What decorates repositories for the migration of this name. */
    SpringRepositories repositories(String name) {
        MigrationProperties declared = declared(name);
        return new SpringRepositories(
                beans.bean(beanOf(name), JdbcMigration.class),
                beans.origin(name, declared.origin()),
                beans.target(name, declared.target()));
    }

    private MigrationProperties declared(String name) {
        return properties.declared(name);
    }

    private void apply(String migration, MigrationProperties declared, JdbcMigrationBuilder builder) {
        builder.waitForCopy(declared.waitForCopy())
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
        if (virtualThreads != null) {
            builder.copyExecutor(virtualThreads);
        }
        StageSource flag = beans.flag(migration);
        if (flag == null && declared.stage() != null) {
            flag = StageSource.constant(declared.stage());
        }
        StageHold hold = holds.over(migration, flag);
        if (flag != null) {
            builder.stage(hold);
        }
    }
}
