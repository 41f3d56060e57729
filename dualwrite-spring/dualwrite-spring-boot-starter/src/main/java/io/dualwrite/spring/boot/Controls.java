package io.dualwrite.spring.boot;

import io.dualwrite.control.conduct.Conductor;
import io.dualwrite.control.health.HealthCheck;
import io.dualwrite.control.incident.IncidentDesk;
import io.dualwrite.control.ramp.RampControl;
import io.dualwrite.control.rehearsal.Rehearsal;
import io.dualwrite.spring.MigrationLifecycle;
import io.dualwrite.spring.MigrationSetupException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.context.SmartLifecycle;

/**
 * What operates the migrations of an application, whether properties have asked for it or the application has declared it:
 * {@link Conductor}, {@link RampControl}, {@link IncidentDesk} and {@link Rehearsal} beans, by the names of their migrations.
 * Opened when the migrations run, and closed before they are. Thread-safe.
 */
public final class Controls implements SmartLifecycle {
    private final ListableBeanFactory beans;
    private final ControlAssembly assembly;
    private volatile Found found = new Found(Map.of(), Map.of(), Map.of(), Map.of());
    private volatile boolean running;

    private record Found(
            Map<String, Conductor> conductors,
            Map<String, RampControl> ramps,
            Map<String, IncidentDesk> incidents,
            Map<String, Rehearsal<?, ?>> rehearsals) {}

    Controls(ListableBeanFactory beans, ControlAssembly assembly) {
        this.beans = beans;
        this.assembly = assembly;
    }

    /** Who walks this migration through its stages; empty where nobody does. */
    public Optional<Conductor> conductor(String migration) {
        return Optional.ofNullable(found.conductors().get(migration));
    }

    /** The read ramp of this migration, where it has one. */
    public Optional<RampControl> ramp(String migration) {
        return Optional.ofNullable(found.ramps().get(migration));
    }

    /** Who looks after incidents of this migration; empty where nobody does. */
    public Optional<IncidentDesk> incidents(String migration) {
        return Optional.ofNullable(found.incidents().get(migration));
    }

    /** How this migration is rehearsed, where that was declared. */
    public Optional<Rehearsal<?, ?>> rehearsal(String migration) {
        return Optional.ofNullable(found.rehearsals().get(migration));
    }

    /**
     * The checks of this migration's health that belong to what operates it: those that properties have switched on, and the
     * agreement of a conductor's fleet.
     */
    public List<HealthCheck> checks(String migration, Duration slowAfter, Duration within) {
        List<HealthCheck> checks = new ArrayList<>(assembly.checks(migration));
        conductor(migration).ifPresent(conductor -> checks.add(conductor.fleetCheck(slowAfter, within)));
        return checks;
    }

    @Override
    public synchronized void start() {
        found = new Found(
                byMigration(Conductor.class, Conductor::migration),
                byMigration(RampControl.class, RampControl::migration),
                byMigration(IncidentDesk.class, IncidentDesk::migration),
                byMigration(Rehearsal.class, Rehearsal::migration).entrySet().stream()
                        .collect(
                                LinkedHashMap::new,
                                (all, each) -> all.put(each.getKey(), each.getValue()),
                                Map::putAll));
        running = true;
    }

    private <T> Map<String, T> byMigration(Class<T> type, Function<T, String> migration) {
        Map<String, T> all = new LinkedHashMap<>();
        beans.getBeanProvider(type).orderedStream().forEach(each -> {
            if (all.put(migration.apply(each), each) != null) {
                throw new MigrationSetupException(
                        "Two " + type.getSimpleName() + " beans are of migration '" + migration.apply(each) + "'.",
                        "Leave one out: the application's own, or the one under dualwrite.migrations."
                                + migration.apply(each) + ".control.");
            }
        });
        return all;
    }

    /** Before the migrations are closed, or a conductor would find a step that it has claimed refused. */
    @Override
    public synchronized void stop() {
        running = false;
        found.conductors().values().forEach(Conductor::close);
        found.ramps().values().forEach(RampControl::close);
        found.incidents().values().forEach(IncidentDesk::close);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return MigrationLifecycle.PHASE + 1;
    }

    /** Asked since Framework 7.0: what was closed cannot be resumed. */
    @SuppressWarnings("MissingOverride")
    public boolean isPauseable() {
        return false;
    }
}
