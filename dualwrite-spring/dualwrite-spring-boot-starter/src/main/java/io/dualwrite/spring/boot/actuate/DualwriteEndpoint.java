package io.dualwrite.spring.boot.actuate;

import io.dualwrite.degrade.Degradation;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.spring.StageHold;
import io.dualwrite.spring.boot.actuate.OrderRefusedException.Kind;
import io.dualwrite.stage.Stage;
import io.micrometer.observation.ObservationRegistry;
import java.security.Principal;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * The endpoint {@code dualwrite}: how each migration stands, with everything that is in the way of each stage; and, only with
 * {@code management.endpoint.dualwrite.access=unrestricted}, orders to it. Tells nothing of what is in records. Thread-safe;
 * looking blocks on both stores of a migration, or on their time-outs, and steps take as long as they take.
 */
@Endpoint(id = "dualwrite", defaultAccess = Access.READ_ONLY)
public final class DualwriteEndpoint implements SmartInitializingSingleton, AutoCloseable {
    private final Supplier<List<JdbcMigration>> migrations;
    private final Function<String, @Nullable StageHold> holds;
    private final ObservationRegistry observations;
    private final Supplier<List<Degradation>> parts;
    private final Supplier<@Nullable ControlRoom> control;
    private final Map<String, MigrationDesk> desks = new LinkedHashMap<>();
    private boolean opened;

    /**
     * All there is.
     *
     * @param migrations by their names
     * @param parts what the application can do without, as far as it was called
     */
    public record Migrations(Map<String, MigrationDescription> migrations, List<Part> parts) {}

    /**
     * How a part that the application can do without is doing on this node.
     *
     * @param name of bean and method
     * @param degradedSince since when it is answered by substitutes; null while it is not
     * @param fault the kind of the last failure; null before the first
     * @param calls how many there were
     * @param substitutes how many of them were answered by a substitute
     */
    public record Part(
            String name,
            @Nullable String degradedSince,
            @Nullable String fault,
            long calls,
            long substitutes) {}

    /**
     * @param migrations asked for once, when all beans are there
     * @param holds what can keep the migration of a name where it is; null where nothing can
     * @param observations told of every order
     * @param parts how what the application can do without is doing
     * @param control what operates the migrations besides; null where there is nothing like that
     */
    public DualwriteEndpoint(
            Supplier<List<JdbcMigration>> migrations,
            Function<String, @Nullable StageHold> holds,
            ObservationRegistry observations,
            Supplier<List<Degradation>> parts,
            Supplier<@Nullable ControlRoom> control) {
        this.control = control;
        this.parts = parts;
        this.migrations = migrations;
        this.holds = holds;
        this.observations = observations;
    }

    /** How all migrations stand, without their gates. */
    @ReadOperation
    public Migrations migrations() {
        Map<String, MigrationDescription> all = new LinkedHashMap<>();
        desks().forEach((name, desk) -> all.put(name, desk.describe(false)));
        return new Migrations(
                all, parts.get().stream().map(DualwriteEndpoint::described).toList());
    }

    private static Part described(Degradation part) {
        return new Part(
                part.part(),
                part.since() == null ? null : part.since().toString(),
                part.fault() == null ? null : part.fault().kind(),
                part.calls(),
                part.substitutes());
    }

    /**
     * How one migration stands, and what is in the way of each stage.
     *
     * @throws OrderRefusedException when there is none of that name
     */
    @ReadOperation
    public MigrationDescription migration(@Selector String migration) {
        return desk(migration).describe(true);
    }

    /**
     * Carries out an order to one migration.
     *
     * @param by who answers for it; by default whoever is logged in
     * @throws OrderRefusedException with every reason
     */
    @WriteOperation
    @SuppressWarnings("deprecation") // Spring Boot 3.5 takes a parameter for optional by that annotation alone.
    public MigrationDescription order(
            SecurityContext security,
            @Selector String migration,
            @Selector Order order,
            @org.springframework.lang.Nullable Stage stage,
            @org.springframework.lang.Nullable String by,
            @org.springframework.lang.Nullable String why,
            @org.springframework.lang.Nullable VerifyPolicy policy) {
        String who = answering(security, by);
        MigrationDesk desk = desk(migration);
        ControlRoom room = control.get();
        if (room != null && room.isConducted(migration) && order.goesPastConductor(desk.now(), stage)) {
            throw OrderRefusedException.refused("a conductor walks this migration, with gates of its own; order"
                    + " conductor/travel, or conductor/abort to go back");
        }
        return desk.carryOut(order, new OrderDetails(stage, who, why, policy));
    }

    /**
     * What operates this migration besides.
     *
     * @throws OrderRefusedException when there is no such migration, or nothing operates it
     */
    ControlRoom control(String migration) {
        desk(migration);
        ControlRoom room = control.get();
        if (room == null) {
            throw OrderRefusedException.of(
                    Kind.UNKNOWN, List.of("dualwrite-control is not on the class path: nothing operates migrations"));
        }
        return room;
    }

    /** Who answers for an order: whoever says so, or whoever is logged in. */
    static @Nullable String answering(SecurityContext security, @Nullable String by) {
        Principal known = security.getPrincipal();
        return by == null && known != null ? known.getName() : by;
    }

    /** Listens to all steps from the first on. */
    @Override
    public void afterSingletonsInstantiated() {
        desks();
    }

    /** Ends the jobs that were begun through it. */
    @Override
    public void close() {
        synchronized (desks) {
            opened = true;
            desks.values().forEach(MigrationDesk::close);
        }
    }

    private MigrationDesk desk(String migration) {
        MigrationDesk desk = desks().get(migration);
        if (desk == null) {
            throw OrderRefusedException.of(
                    Kind.UNKNOWN, List.of("there is no such migration; there are " + desks().keySet()));
        }
        return desk;
    }

    private Map<String, MigrationDesk> desks() {
        synchronized (desks) {
            if (!opened) {
                opened = true;
                for (JdbcMigration migration : migrations.get()) {
                    desks.put(
                            migration.name(),
                            new MigrationDesk(
                                    migration, holds.apply(migration.name()), observations, Clock.systemUTC()));
                }
            }
            return desks;
        }
    }
}
