package io.dualwrite.control.conduct;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.control.TwoDatabases;
import io.dualwrite.control.ramp.MemoryRampStore;
import io.dualwrite.control.ramp.RampControl;
import io.dualwrite.control.ramp.RampPlan;
import io.dualwrite.control.rollback.JdbcStepTimes;
import io.dualwrite.control.rollback.RollbackOptions;
import io.dualwrite.control.rollback.RollbackPlan;
import io.dualwrite.control.rollback.RollbackStep;
import io.dualwrite.control.rollback.RollbackStep.Check;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** What docs/conductor.md shows runs, and its table has every gate. */
class ConductorPageTest {
    @Test
    void itsCodeConducts() throws Exception {
        boolean rehearsed = true;
        try (TwoDatabases databases = new TwoDatabases(1)) {
            DataSource database = databases.third();
            JdbcMigration shop = databases.node();
            JdbcJourneyStore store = new JdbcJourneyStore(database); // one that all nodes reach
            store.createTables(); // or run what JdbcJourneyStore.schema() returns
            JdbcStepTimes times = new JdbcStepTimes(database); // how long steps took, for the next time
            times.createTables();

            ConductPlan plan = ConductPlan.defaults() // a day at SHADOW, a day at LIVE, a week at RAMP_DOWN
                    .withNodes(3, Duration.ofMinutes(1)) // that must be there, and agree
                    .withGate(new StageGate(
                            "rehearsal", Set.of(Stage.DUAL_WRITE), () -> rehearsed ? List.of() : List.of("not yet")));
            Conductor conductor = Conductor.open(shop, plan, store, times, ConductSettings.defaults()); // on every node

            conductor.forecast(Stage.COMPLETE); // a dry run: each step, and what each gate says now
            conductor.travel(Stage.COMPLETE, "ann"); // sets out; says what the first step waits for
            conductor.against(); // what the next step waits for
            conductor.approve(Stage.LIVE, "bob"); // the switch and completion need a name
            conductor.hold("ann", "a release is under way"); // no step any more ...
            conductor.resume("ann"); // ... until somebody lets it go on
            conductor.rollbackPage(); // the way back from here, as Markdown, with measured times
            conductor.abort("ann", "orders drop"); // goes it
            conductor.audit(); // who did what, when and why
            try (conductor) {
                assertThat(conductor.audit()).hasSizeGreaterThanOrEqualTo(5);
                assertThat(shop.stage()).isEqualTo(Stage.OFF);
                assertThat(page())
                        .contains(conductor.forecast(Stage.JOURNAL).get(0).findings().stream()
                                .filter(finding -> !finding.gate().equals("rehearsal"))
                                .map(finding -> "| `" + finding.gate() + "` |")
                                .toList());
            }
        }
    }

    @Test
    void itsCodePlansAWayBack() throws Exception {
        try (TwoDatabases databases = new TwoDatabases(1)) {
            JdbcMigration shop = databases.node();
            TwoDatabases.bring(shop, Stage.LIVE);
            JdbcStepTimes times = new JdbcStepTimes(databases.third());
            times.createTables();
            ConductPlan plan = ConductPlan.defaults();
            try (RampControl ramp = RampControl.open(shop, RampPlan.defaults(), new MemoryRampStore())) {
                RollbackOptions options = RollbackOptions.defaults()
                        .withCriteria(List.of("orders drop by a tenth")) // when to go back
                        .beginningWith(
                                new RollbackStep( // a step of your own, before all others
                                        "reads",
                                        "Send all reads to the origin.",
                                        () -> {
                                            if (ramp.state().percent() > 0) {
                                                ramp.abort("conductor", "way back");
                                            }
                                        },
                                        List.of(Check.that(
                                                "no read goes to the target",
                                                () -> ramp.state().percent() == 0))));
                RollbackPlan.of(shop, Stage.LIVE, Stage.SHADOW, options).markdown(times.of("shop"));
                plan.withRollback(options); // what abort goes by
                assertThat(plan.withRollback(options).rollback().first()).hasSize(1);
            }
        }
    }

    @Test
    void itsCodeIsTheOneThatRuns() throws IOException {
        String test = withoutBreaks(
                Files.readString(Path.of("src/test/java/io/dualwrite/control/conduct/ConductorPageTest.java")));
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
        return Files.readString(Path.of("../docs/conductor.md"));
    }
}
