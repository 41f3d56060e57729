package io.dualwrite.control.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.DualWriteRepository;
import io.dualwrite.Migration;
import io.dualwrite.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
    void itsCodeIsTheOneThatRuns() throws IOException {
        String code = page().substring(page().indexOf("```java\n") + "```java\n".length());
        code = code.substring(0, code.indexOf("```"));
        assertThat(withoutBreaks(
                        Files.readString(Path.of("src/test/java/io/dualwrite/control/health/HealthPageTest.java"))))
                .contains(withoutBreaks(code));
    }

    /** The formatter breaks long lines, comments too. */
    private static String withoutBreaks(String code) {
        return code.replaceAll("[\\s/]+", "");
    }

    private static String page() throws IOException {
        return Files.readString(Path.of("../docs/health.md"));
    }
}
