package io.dualwrite.control.ramp;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.Migration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What docs/ramp.md shows runs, and it names every phase. */
class RampPageTest {
    @Test
    void itsCodeBeginsARamp() throws Exception {
        MeterRegistry registry = new SimpleMeterRegistry();
        DataSource database = JdbcRampStoreTest.database();
        try (Shop items = new Shop(1)) {
            Migration shop = items.items.migration();
            RampPlan plan =
                    RampPlan.defaults() // 1, 5, 10, 25, 50, 75, 100 percent; errors, mismatches, slow answers, backlog
                            .withGate(Gate.drop("orders", new MeterReading(registry, "orders.completed"), 0.3));
            JdbcRampStore store = new JdbcRampStore(database); // one that all nodes reach
            store.createTables(); // or run what JdbcRampStore.schema() returns

            RampControl ramp = RampControl.open(shop, plan, store); // on every node, when it has started
            ramp.begin("ann"); // once, on any node, at SHADOW
            ramp.state(); // where the ramp stands: phase, percent, and why
            ramp.needs(); // what the next step still needs, such as "errors INCONCLUSIVE: 0 of 811, needs 2185 more
            // good ones"
            ramp.audit(); // every change so far: who, why, and on what evidence
            try (ramp) {
                Awaitility.await()
                        .until(() ->
                                ramp.state().percent() == 1 && !ramp.needs().isEmpty());
                assertThat(ramp.audit()).hasSize(1);
            }
        }
    }

    @Test
    void itsCodeIsTheOneThatRuns() throws IOException {
        String page = page();
        String code = page.substring(page.indexOf("```java\n") + "```java\n".length());
        code = code.substring(0, code.indexOf("```"));
        assertThat(withoutBreaks(
                        Files.readString(Path.of("src/test/java/io/dualwrite/control/ramp/RampPageTest.java"))))
                .contains(withoutBreaks(code));
    }

    @Test
    void itNamesEveryPhase() throws IOException {
        for (RampPhase phase : RampPhase.values()) {
            assertThat(page()).contains("| `" + phase + "` |");
        }
    }

    /** The formatter breaks long lines, comments too. */
    private static String withoutBreaks(String code) {
        return code.replaceAll("[\\s/]+", "");
    }

    private static String page() throws IOException {
        return Files.readString(Path.of("../docs/ramp.md"));
    }
}
