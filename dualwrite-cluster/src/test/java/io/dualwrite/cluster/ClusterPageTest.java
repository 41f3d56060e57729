package io.dualwrite.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.kagkarlsson.scheduler.Scheduler;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What docs/cluster.md shows runs. */
class ClusterPageTest {
    @Test
    void itsCodeSpreadsABackfill() throws Exception {
        try (Fleet fleet = new Fleet(Fleet.Engine.H2, 10)) {
            JdbcMigration shop = fleet.node().migration;
            DataSource schedulersDatabase = fleet.tasks;
            shop.moveTo(Stage.DUAL_WRITE);
            ClusterJobs jobs = ClusterJobs.of(shop);
            Scheduler scheduler = Scheduler.create(schedulersDatabase, jobs.tasks())
                    .startTasks(jobs.recurringVerification()) // leave it out if you do not want it
                    .threads(2) // parts that this node works on at the same time
                    .pollingInterval(Duration.ofSeconds(1))
                    .heartbeatInterval(Duration.ofSeconds(10)) // a node is lost after six of these without a sign of it
                    .build();
            scheduler.start();

            jobs.backfill(scheduler); // on any node, when the stage is DUAL_WRITE; again, if you like
            try {
                Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> fleet.left("backfill") == 0);
                assertThat(fleet.entries(Side.TARGET)).isEqualTo(fleet.entries(Side.ORIGIN));
            } finally {
                scheduler.stop();
            }
        }
    }

    @Test
    void itsCodeIsTheOneThatRuns() throws IOException {
        String page = Files.readString(Path.of("../docs/cluster.md"));
        String code = page.substring(page.indexOf("```java\n") + "```java\n".length());
        code = code.substring(0, code.indexOf("```"));
        assertThat(Files.readString(Path.of("src/test/java/io/dualwrite/cluster/ClusterPageTest.java")))
                .containsIgnoringWhitespaces(code);
    }
}
