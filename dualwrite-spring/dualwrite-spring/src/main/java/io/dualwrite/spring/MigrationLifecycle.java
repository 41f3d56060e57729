package io.dualwrite.spring;

import io.dualwrite.jdbc.JdbcMigration;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.context.SmartLifecycle;

/**
 * Starts an application's migrations once its beans are there, databases initialized, and before it serves requests or
 * consumes messages; closes them after it has stopped doing so. Starting needs nothing of the copies; a migration whose
 * authority is not fit fails the start of the application with a {@link MigrationSetupException}, and those started before it
 * are closed again.
 *
 * <p>A migration that was closed is not started again: stopping the context, other than to close it, is for good, and a
 * context with migrations is not paused between tests. Thread-safe. Both ways block on the databases, bounded.
 */
public final class MigrationLifecycle implements SmartLifecycle {
    /** Well before web servers, listeners and schedulers, which begin in the upper half of the range. */
    public static final int PHASE = Integer.MAX_VALUE / 4;

    /** In what start says of them. */
    private static final String TABLES_ARE_MISSING = "Schema prints";

    private static final String CREATE_TABLES =
            "Have the library create its own tables, with dualwrite.jdbc.initialize-schema=always in Spring Boot and"
                    + " createTables(true) elsewhere; or apply the statements of io.dualwrite.jdbc.Schema to both databases,"
                    + " by Flyway, Liquibase or by hand.";
    private static final String MEND = "Mend that, and start the application again: nothing was started.";

    private final Supplier<List<JdbcMigration>> migrations;
    private List<JdbcMigration> started = List.of();
    private boolean running;

    /** Asks for the migrations when it starts, so that this bean needs none of them. */
    public MigrationLifecycle(Supplier<List<JdbcMigration>> migrations) {
        this.migrations = migrations;
    }

    @Override
    public synchronized void start() {
        if (running) {
            return;
        }
        List<JdbcMigration> all = List.copyOf(migrations.get());
        try {
            all.forEach(MigrationLifecycle::start);
        } catch (RuntimeException | Error failure) {
            all.forEach(JdbcMigration::close);
            throw failure;
        }
        started = all;
        running = true;
    }

    private static void start(JdbcMigration migration) {
        try {
            migration.start();
        } catch (IllegalStateException unfit) {
            String description = String.valueOf(unfit.getMessage());
            throw new MigrationSetupException(
                    description, description.contains(TABLES_ARE_MISSING) ? CREATE_TABLES : MEND, unfit);
        }
    }

    @Override
    public synchronized void stop() {
        started.forEach(JdbcMigration::close);
        started = List.of();
        running = false;
    }

    @Override
    public synchronized boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /** Asked since Framework 7.0: a closed migration cannot be resumed. */
    @SuppressWarnings("MissingOverride")
    public boolean isPauseable() {
        return false;
    }
}
