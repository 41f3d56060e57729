package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.fence.Pace;
import io.dualwrite.jdbc.Scenario.Stores;
import io.dualwrite.repair.Carrier;
import io.dualwrite.stage.Sides;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Servers that show what was committed before it is sure to survive a crash, as MariaDB and H2 do: what others have seen then is
 * gone after the crash, and must not have been acted upon on the other side. Has lives of its own, since the oracle of the
 * others takes for kept what it has seen.
 */
@Tag("simulation")
class EarlyCommitsTest {
    private static final int SCHEDULES = 400;
    private static final int MOST_SCHEDULES = 4_000;

    private static Scenario scenario;

    @BeforeAll
    static void open() {
        scenario = new Scenario(Stores.SIMULATED, new Sightings());
    }

    @AfterAll
    static void close() {
        scenario.close();
    }

    @Test
    void nothingIsActedUponThatACrashMayTakeBack() {
        live(1, SCHEDULES);
    }

    @Test
    @Tag("matrix")
    void norInManyMoreLives() {
        live(1_000_000, 20_000);
    }

    private static void live(int first, int many) {
        for (int seed = first; seed < first + many; seed++) {
            new EarlyLife(scenario, seed, new Variation() {}).run();
        }
    }

    static List<Variation> mutants() {
        return List.of(new CarriesAtOnce(), new TrustsTheCopy(), new GoesOnAtOnce());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mutants")
    void whoDoesNotWaitIsFoundOut(Variation mutant) {
        for (int seed = 1; seed <= MOST_SCHEDULES; seed++) {
            try {
                new EarlyLife(scenario, seed, mutant).run();
            } catch (AssertionError found) {
                System.out.printf(
                        "mutant: %4d schedules: %s%n",
                        seed, found.getMessage().lines().findFirst().orElse(""));
                new EarlyLife(scenario, seed, new Variation() {}).run();
                return;
            }
        }
        assertThat(mutant.name()).as("survived %d schedules", MOST_SCHEDULES).isNull();
    }

    private static final class CarriesAtOnce extends Variation {
        @Override
        public String name() {
            return "a transfer of what the authority may lose yet";
        }

        @Override
        Carrier carrier(Sides<Place> places, Sides<ControlRows> controls, Tables tables, Pace pace) {
            return new TableCarrier(places, controls, tables) {
                @Override
                void harden(Place authority, Session snapshot) {}
            };
        }
    }

    private static final class TrustsTheCopy extends Variation {
        @Override
        public String name() {
            return "intents removed upon what the copy may lose yet";
        }

        @Override
        Carrier carrier(Sides<Place> places, Sides<ControlRows> controls, Tables tables, Pace pace) {
            return new TableCarrier(places, controls, tables) {
                @Override
                void hardenCopy(Place copy, Session session) {}
            };
        }
    }

    private static final class GoesOnAtOnce extends Variation {
        @Override
        public String name() {
            return "a decision acted upon that may be lost yet";
        }

        @Override
        ControlRows control(Place place) {
            return new ControlRows(place, false) {
                @Override
                void harden(Session session) {}
            };
        }
    }
}
