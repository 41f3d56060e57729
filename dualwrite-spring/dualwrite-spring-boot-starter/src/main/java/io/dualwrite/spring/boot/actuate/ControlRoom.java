package io.dualwrite.spring.boot.actuate;

import io.dualwrite.event.Fault;
import io.dualwrite.spring.boot.Controls;
import io.dualwrite.spring.boot.actuate.OrderRefusedException.Kind;
import io.dualwrite.stage.Stage;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where what operates the migrations is looked at and told what to do: conductor, ramp, rehearsal, incidents and runbooks of
 * each. Thread-safe; blocks on their stores.
 */
public final class ControlRoom implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlRoom.class);

    private final Controls controls;
    private final ObservationRegistry observations;
    private final Clock clock;
    private final Map<String, Map<String, ControlPart>> rooms = new ConcurrentHashMap<>();

    /**
     * @param controls what there is; asked at the first look at each migration
     * @param observations told of every order
     */
    public ControlRoom(Controls controls, ObservationRegistry observations) {
        this.controls = controls;
        this.observations = observations;
        this.clock = Clock.systemUTC();
    }

    /** Whether a conductor walks this migration through its stages. */
    boolean isConducted(String migration) {
        return controls.conductor(migration).isPresent();
    }

    /** How a part of what operates this migration stands; {@code item} is one thing of it, and null all of it. */
    ControlAnswer look(String migration, String part, @Nullable String item, @Nullable Stage stage) {
        ControlPart asked = part(migration, part);
        return refusing(() -> item == null ? asked.look() : asked.look(item, stage));
    }

    /** Carries out an order to a part of what operates this migration. */
    ControlAnswer carryOut(String migration, String part, String order, ControlOrder said) {
        ControlPart ordered = part(migration, part);
        String word = order.toLowerCase(Locale.ROOT);
        ControlAnswer answer = refusing(() -> ordered.carryOut(word, said));
        // Told only of orders that there are: what is named in a path may be anything.
        Observation.createNotStarted("dualwrite.order", observations)
                .lowCardinalityKeyValue("migration", migration)
                .lowCardinalityKeyValue("order", part + "/" + word)
                .observe(
                        () -> LOG.info("Migration {}: {} {} was ordered by {}", migration, part, word, said.whoever()));
        return answer;
    }

    private ControlPart part(String migration, String part) {
        Map<String, ControlPart> parts = rooms.computeIfAbsent(migration, this::parts);
        ControlPart found = parts.get(part);
        if (found == null) {
            throw OrderRefusedException.of(
                    Kind.UNKNOWN,
                    List.of("this migration has no such part; there are " + parts.keySet()
                            + ", and more are switched on under dualwrite.migrations." + migration
                            + ".control or declared as beans"));
        }
        return found;
    }

    private Map<String, ControlPart> parts(String migration) {
        Map<String, ControlPart> parts = new LinkedHashMap<>();
        controls.conductor(migration).ifPresent(one -> parts.put("conductor", new ConductorPart(one)));
        controls.ramp(migration).ifPresent(one -> parts.put("ramp", new RampPart(one)));
        controls.rehearsal(migration).ifPresent(one -> parts.put("rehearsal", new RehearsalPart(one, clock)));
        controls.incidents(migration).ifPresent(desk -> {
            IncidentsPart incidents = new IncidentsPart(desk, clock);
            parts.put("incidents", incidents);
            parts.put("runbooks", new RunbooksPart(desk, incidents));
        });
        return parts;
    }

    @FunctionalInterface
    private interface Asked {
        ControlAnswer now() throws Exception;
    }

    private static ControlAnswer refusing(Asked asked) {
        try {
            return asked.now();
        } catch (OrderRefusedException told) {
            throw told;
        } catch (IllegalArgumentException wrong) {
            throw OrderRefusedException.wrong(String.valueOf(wrong.getMessage()));
        } catch (IllegalStateException refused) {
            throw OrderRefusedException.refused(String.valueOf(refused.getMessage()));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw OrderRefusedException.of(Kind.OUT_OF_REACH, List.of("this node is being stopped; ask another one"));
        } catch (Exception failed) {
            // Messages of drivers quote what is in statements.
            throw OrderRefusedException.of(
                    Kind.OUT_OF_REACH,
                    List.of("a store cannot be used: " + Fault.of(failed).kind()));
        }
    }

    /** Ends rehearsals that were begun through it. */
    @Override
    public void close() {
        rooms.values().forEach(parts -> parts.values().forEach(ControlPart::close));
    }
}
