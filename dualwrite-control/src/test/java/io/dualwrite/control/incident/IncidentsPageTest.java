package io.dualwrite.control.incident;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.DualWriteRepository;
import io.dualwrite.Migration;
import io.dualwrite.control.ramp.MemoryRampStore;
import io.dualwrite.control.ramp.RampControl;
import io.dualwrite.control.ramp.RampPlan;
import io.dualwrite.control.sink.PagerDutySink;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** What docs/incidents.md shows runs, and its table of rules is the code's. */
class IncidentsPageTest {
    @Test
    void itsCodeOpensADesk() throws Exception {
        Map<Long, String> origin = new ConcurrentHashMap<>();
        Map<Long, String> target = new ConcurrentHashMap<>();
        DataSource database = JdbcIncidentStoreTest.database();
        String routingKey = "key-of-a-test";
        try (DualWriteRepository<String, Long> items = DualWriteRepository.between(
                                Store.<String, Long>of(origin::get, text -> origin.put(1L, text), origin::remove),
                                Store.<String, Long>of(target::get, text -> target.put(1L, text), target::remove))
                        .key(text -> 1L)
                        .startingAt(Stage.SHADOW)
                        .build();
                RampControl ramp = RampControl.open(items.migration(), RampPlan.defaults(), new MemoryRampStore())) {
            Migration shop = items.migration();
            EscalationMatrix.Builder matrix = EscalationMatrix.builder();
            for (String component : MigrationRules.components()) {
                matrix.component(component, new Contacts("storage team", "storage lead", "#shop-migration"));
            }
            matrix.component(
                    MigrationRules.DATA, Severity.CRITICAL, new Contacts("on call", "head of data", "#incidents"));

            JdbcIncidentStore store = new JdbcIncidentStore(database); // one that all nodes reach
            store.createTables(); // or run what JdbcIncidentStore.schema() returns

            IncidentSettings settings = IncidentSettings.defaults() // the log is a sink already
                    .withSink(new PagerDutySink(routingKey))
                    .withRamp(() -> ramp.state().phase()); // where there is a RampControl
            IncidentDesk desk = IncidentDesk.open(
                    shop, MigrationRules.all(Objectives.defaults()), matrix.build(), store, settings); // on every node
            try (desk) {
                assertThat(desk.open()).isEmpty();
            }
        }
    }

    @Test
    void itsCodeIsTheOneThatRuns() throws IOException {
        String code = page().substring(page().indexOf("```java\n") + "```java\n".length());
        code = code.substring(0, code.indexOf("```"));
        assertThat(withoutBreaks(Files.readString(
                        Path.of("src/test/java/io/dualwrite/control/incident/IncidentsPageTest.java"))))
                .contains(withoutBreaks(code));
    }

    @Test
    void itsTableHasEveryRuleWithItsSeverityAndComponent() throws IOException {
        for (IncidentRule rule : MigrationRules.all(Objectives.defaults())) {
            assertThat(page())
                    .contains("| `" + rule.name() + "` | " + rule.severity() + " | " + rule.component() + " |");
        }
        for (Severity severity : Severity.values()) {
            assertThat(page()).contains("| `" + severity + "` |");
        }
    }

    /** The formatter breaks long lines, comments too. */
    private static String withoutBreaks(String code) {
        return code.replaceAll("[\\s/]+", "");
    }

    private static String page() throws IOException {
        return Files.readString(Path.of("../docs/incidents.md"));
    }
}
