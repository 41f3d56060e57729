package io.dualwrite.spring.boot;

import io.dualwrite.control.conduct.ConductPlan;
import io.dualwrite.control.conduct.ConductSettings;
import io.dualwrite.control.conduct.Conductor;
import io.dualwrite.control.conduct.JdbcJourneyStore;
import io.dualwrite.control.conduct.StageGate;
import io.dualwrite.control.health.CanaryChecks;
import io.dualwrite.control.health.ClockChecks;
import io.dualwrite.control.health.HealthCheck;
import io.dualwrite.control.incident.Contacts;
import io.dualwrite.control.incident.EscalationMatrix;
import io.dualwrite.control.incident.IncidentDesk;
import io.dualwrite.control.incident.IncidentRule;
import io.dualwrite.control.incident.IncidentSettings;
import io.dualwrite.control.incident.IncidentSink;
import io.dualwrite.control.incident.JdbcIncidentStore;
import io.dualwrite.control.incident.MigrationRules;
import io.dualwrite.control.incident.Objectives;
import io.dualwrite.control.ramp.JdbcRampStore;
import io.dualwrite.control.ramp.RampControl;
import io.dualwrite.control.ramp.RampPlan;
import io.dualwrite.control.ramp.RampSettings;
import io.dualwrite.control.rollback.JdbcStepTimes;
import io.dualwrite.control.rollback.RollbackOptions;
import io.dualwrite.control.rollback.RollbackStep;
import io.dualwrite.control.rollback.RollbackStep.Check;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.spring.MigrationSetupException;
import io.dualwrite.spring.boot.MigrationProperties.Control;
import io.dualwrite.spring.capture.CapturingDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import javax.sql.DataSource;

/**
 * Makes what operates a migration out of its properties and the application's beans; called by the container. What it makes
 * keeps its tables behind whatever captures, so that they stay where they are when the authority moves.
 */
final class ControlAssembly {
    static final String BEAN = "dualwriteControlAssembly";
    /** What follows the migration's name in that of its ramp's bean. */
    static final String RAMP = "Ramp";

    private static final Duration BREAKER_OPEN = Objectives.defaults().breakerOpen();

    private final DualwriteProperties properties;
    private final MigrationBeans beans;

    ControlAssembly(DualwriteProperties properties, MigrationBeans beans) {
        this.properties = properties;
        this.beans = beans;
    }

    /** Opens the conductor of the migration of this name. */
    Conductor conductor(String migration) throws SQLException {
        JdbcJourneyStore store = new JdbcJourneyStore(store(migration));
        JdbcStepTimes times = new JdbcStepTimes(store(migration));
        if (createsTables(migration)) {
            store.createTables();
            times.createTables();
        }
        ConductPlan own = beans.ownOrOnly(ConductPlan.class, migration);
        return Conductor.open(
                migrationOf(migration), own == null ? plan(migration) : own, store, times, ConductSettings.defaults());
    }

    private ConductPlan plan(String migration) {
        Control declared = declared(migration);
        ConductPlan plan = ConductPlan.defaults();
        plan = plan.withNodes(declared.nodes(), plan.nodeGoneAfter());
        for (StageGate gate : beans.all(StageGate.class)) {
            plan = plan.withGate(gate);
        }
        return declared.ramp()
                ? plan.withRollback(RollbackOptions.defaults().beginningWith(readsBack(rampOf(migration))))
                : plan;
    }

    private static RollbackStep readsBack(RampControl ramp) {
        return new RollbackStep(
                "reads",
                "Send all reads to the origin.",
                () -> {
                    if (ramp.state().percent() > 0) {
                        ramp.abort("conductor", "way back");
                    }
                },
                List.of(Check.that(
                        "no read goes to the target", () -> ramp.state().percent() == 0)));
    }

    /** Opens the read ramp of the migration of this name. */
    RampControl ramp(String migration) throws SQLException {
        JdbcRampStore store = new JdbcRampStore(store(migration));
        if (createsTables(migration)) {
            store.createTables();
        }
        RampPlan own = beans.ownOrOnly(RampPlan.class, migration);
        MeterRegistry meters = beans.ownOrOnly(MeterRegistry.class, migration);
        RampSettings settings = RampSettings.defaults();
        return RampControl.open(
                migrationOf(migration),
                own == null ? RampPlan.defaults() : own,
                store,
                meters == null ? settings : settings.withMeters(meters));
    }

    /** Opens the desk for incidents of the migration of this name. */
    IncidentDesk incidents(String migration) throws SQLException {
        JdbcIncidentStore store = new JdbcIncidentStore(store(migration));
        if (createsTables(migration)) {
            store.createTables();
        }
        DualwriteProperties.Health health = properties.health();
        List<IncidentRule> rules = new ArrayList<>(
                MigrationRules.all(new Objectives(health.oldestIntent(), BREAKER_OPEN, health.verificationLag())));
        rules.addAll(beans.all(IncidentRule.class));
        IncidentSettings settings = IncidentSettings.defaults();
        for (IncidentSink sink : beans.all(IncidentSink.class)) {
            settings = settings.withSink(sink);
        }
        if (declared(migration).ramp()) {
            RampControl ramp = rampOf(migration);
            settings = settings.withRamp(() -> ramp.state().phase());
        }
        return IncidentDesk.open(migrationOf(migration), rules, matrix(migration, rules), store, settings);
    }

    private EscalationMatrix matrix(String migration, List<IncidentRule> rules) {
        EscalationMatrix own = beans.ownOrOnly(EscalationMatrix.class, migration);
        if (own != null) {
            return own;
        }
        Control.Contacts contacts = declared(migration).contacts();
        if (contacts == null) {
            throw new MigrationSetupException(
                    "Migration '" + migration + "' opens incidents, and nobody is told about them.",
                    "Name those in dualwrite.migrations." + migration
                            + ".control.contacts.primary, .backup and .channel, or declare an EscalationMatrix bean.");
        }
        Contacts told = new Contacts(contacts.primary(), contacts.backup(), contacts.channel());
        EscalationMatrix.Builder matrix = EscalationMatrix.builder();
        Stream.concat(MigrationRules.components().stream(), rules.stream().map(IncidentRule::component))
                .forEach(component -> matrix.component(component, told));
        return matrix.build();
    }

    /** The checks of its health that properties have switched on. */
    List<HealthCheck> checks(String migration) {
        MigrationProperties declared = properties.migrations().get(migration);
        if (declared == null) {
            return List.of();
        }
        DualwriteProperties.Health health = properties.health();
        List<HealthCheck> checks = new ArrayList<>();
        if (declared.control().canaries()) {
            checks.add(canary("origin-canary", true, origin(migration), migration));
            DataSource target = CapturingDataSource.behind(beans.target(migration, declared.target()));
            checks.add(canary("target-canary", false, target, migration));
        }
        Duration apart = declared.control().clockApart();
        if (apart != null) {
            checks.add(ClockChecks.clock(
                    "clock", ClockChecks.database(store(migration)), apart, health.slowAfter(), health.within()));
        }
        return checks;
    }

    /** Its table is created by the first look, since a target need not be there when the application starts. */
    private HealthCheck canary(String name, boolean critical, DataSource side, String migration) {
        DualwriteProperties.Health health = properties.health();
        HealthCheck canary = CanaryChecks.database(name, critical, side, health.slowAfter(), health.within());
        AtomicBoolean created = new AtomicBoolean();
        return new HealthCheck(name, critical, health.slowAfter(), health.within(), () -> {
            if (!created.get() && createsTables(migration)) {
                CanaryChecks.createTables(side);
            }
            created.set(true);
            return canary.probe().look();
        });
    }

    private Control declared(String migration) {
        return properties.declared(migration).control();
    }

    private RampControl rampOf(String migration) {
        return beans.bean(migration + RAMP, RampControl.class);
    }

    private JdbcMigration migrationOf(String migration) {
        return beans.bean(MigrationAssembly.beanOf(migration), JdbcMigration.class);
    }

    private DataSource origin(String migration) {
        return CapturingDataSource.behind(
                beans.origin(migration, properties.declared(migration).origin()));
    }

    private DataSource store(String migration) {
        return CapturingDataSource.behind(
                beans.store(migration, declared(migration).store(), origin(migration)));
    }

    private boolean createsTables(String migration) {
        MigrationProperties declared = properties.declared(migration);
        return TableCreation.isWanted(
                declared.createTables(),
                properties.jdbc().initializeSchema(),
                origin(migration),
                CapturingDataSource.behind(beans.target(migration, declared.target())));
    }
}
