package io.dualwrite.control.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.DualWriteRepository;
import io.dualwrite.Migration;
import io.dualwrite.control.TwoDatabases;
import io.dualwrite.control.conduct.ConductPlan;
import io.dualwrite.control.conduct.ConductSettings;
import io.dualwrite.control.conduct.Conductor;
import io.dualwrite.control.conduct.MemoryJourneyStore;
import io.dualwrite.control.rollback.MemoryStepTimes;
import io.dualwrite.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** What docs/health.md shows runs, and its table has every check. */
class HealthPageTest {
    private interface Provider {
        boolean isReachable();
    }

    @Test
    void itsCodeRuns() {
        Map<Long, String> origin = new ConcurrentHashMap<>();
        Map<Long, String> target = new ConcurrentHashMap<>();
        Provider provider = () -> false;
        try (DualWriteRepository<String, Long> items = DualWriteRepository.between(
                        Store.<String, Long>of(origin::get, text -> origin.put(1L, text), origin::remove),
                        Store.<String, Long>of(target::get, text -> target.put(1L, text), target::remove))
                .key(text -> 1L)
                .build()) {
            Migration shop = items.migration();
            MigrationChecks checks = new MigrationChecks(shop, Duration.ofMinutes(5), Duration.ofDays(1));
            List<HealthCheck> all = new ArrayList<>(checks.all(Duration.ofMillis(500), Duration.ofSeconds(3)));
            all.add(new HealthCheck("payment", false, Duration.ofSeconds(1), Duration.ofSeconds(5), () -> {
                return provider.isReachable()
                        ? HealthCheck.Answer.UP
                        : HealthCheck.Answer.down("the provider does not answer");
            }));
            HealthBoard board = new HealthBoard(all);

            board.state(); // UP, DEGRADED or DOWN
            board.findings(); // one for each check: its state, why, and how long it took
            try (checks;
                    board) {
                assertThat(board.findings()).hasSize(9);
                assertThat(board.findings().get(8).state()).isEqualTo(Finding.State.DOWN);
                String page = page();
                all.subList(0, 8)
                        .forEach(check -> assertThat(page)
                                .contains("| `" + check.name() + "` | " + (check.critical() ? "yes |" : "|")));
            } catch (IOException unreadable) {
                throw new IllegalStateException(unreadable);
            }
        }
    }

    @Test
    void whatItSaysOfFurtherChecksRuns() throws Exception {
        try (TwoDatabases databases = new TwoDatabases(1);
                Conductor conductor = Conductor.open(
                        databases.node(),
                        ConductPlan.defaults(),
                        new MemoryJourneyStore(),
                        new MemoryStepTimes(),
                        ConductSettings.defaults())) {
            DataSource legacy = databases.origin;
            DataSource next = databases.target;
            CanaryChecks.createTables(next);
            List<HealthCheck> all = new ArrayList<>();
            CanaryChecks.createTables(legacy); // or run what CanaryChecks.schema() returns, on each side
            all.add(CanaryChecks.database(
                    "origin-canary", true, legacy, Duration.ofMillis(200), Duration.ofSeconds(3)));
            all.add(CanaryChecks.database("target-canary", false, next, Duration.ofMillis(200), Duration.ofSeconds(3)));
            all.add(ClockChecks.clock(
                    "clock",
                    ClockChecks.database(legacy),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(3)));
            all.add(conductor.fleetCheck(Duration.ofSeconds(1), Duration.ofSeconds(3)));
            try (HealthBoard board = new HealthBoard(all)) {
                assertThat(board.findings()).hasSize(4).noneMatch(finding -> finding.state() == Finding.State.DOWN);
            }
        }
    }

    @Test
    void itsCodeIsTheOneThatRuns() throws IOException {
        String test = withoutBreaks(
                Files.readString(Path.of("src/test/java/io/dualwrite/control/health/HealthPageTest.java")));
        String[] blocks = page().split("```java\n");
        assertThat(blocks).hasSize(3);
        for (int block = 1; block < blocks.length; block++) {
            assertThat(test).contains(withoutBreaks(blocks[block].substring(0, blocks[block].indexOf("```"))));
        }
    }

    /** The formatter breaks long lines, comments too. */
    private static String withoutBreaks(String code) {
        return code.replaceAll("[\\s/]+", "");
    }

    private static String page() throws IOException {
        return Files.readString(Path.of("../docs/health.md"));
    }
}
