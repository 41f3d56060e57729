package io.dualwrite.control.health;

import static io.dualwrite.control.TwoDatabases.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.control.TwoDatabases;
import io.dualwrite.control.TwoDatabases.Item;
import io.dualwrite.control.health.Finding.State;
import io.dualwrite.control.health.HealthCheck.Answer;
import io.dualwrite.event.MigrationEvent.HandoverStep;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.repair.ContinuousSettings;
import io.dualwrite.repair.RelaySettings;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import io.dualwrite.testkit.fault.FaultyDataSource;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each check, with the fault that it is for. */
@Timeout(120)
class MigrationChecksTest {
    private static final Duration LONG = Duration.ofHours(1);

    private TwoDatabases databases;

    @BeforeEach
    void databases() throws Exception {
        databases = new TwoDatabases(3);
    }

    @AfterEach
    void close() throws Exception {
        databases.close();
    }

    private static Answer asked(MigrationChecks checks, String name) throws Exception {
        return checks.all(LONG, LONG).stream()
                .filter(check -> check.name().equals(name))
                .findFirst()
                .orElseThrow()
                .probe()
                .look();
    }

    /** Asked anew: what was read of the stores is kept for a second. */
    private static Answer asked(JdbcMigration migration, String name) throws Exception {
        try (MigrationChecks checks = new MigrationChecks(migration, LONG, LONG)) {
            return asked(checks, name);
        }
    }

    @Test
    void theSideThatHasTheAuthorityIsCriticalAndTheCopyIsNot() throws Exception {
        JdbcMigration migration = databases.node();
        TwoDatabases.bring(migration, Stage.SHADOW);
        assertThat(asked(migration, "authority")).isEqualTo(Answer.UP);
        assertThat(asked(migration, "copy")).isEqualTo(Answer.UP);
        databases.faultyTarget.connects().failAlways(FaultyDataSource.connectionLost());
        assertThat(asked(migration, "authority")).isEqualTo(Answer.UP);
        assertThat(asked(migration, "copy").state()).isEqualTo(State.DEGRADED);
        assertThat(asked(migration, "copy").why()).startsWith("TARGET: ");
        databases.faultyTarget.connects().heal();
        databases.faultyOrigin.connects().failAlways(FaultyDataSource.connectionLost());
        assertThat(asked(migration, "authority").state()).isEqualTo(State.DOWN);
        try (MigrationChecks checks = new MigrationChecks(migration, LONG, LONG)) {
            assertThat(checks.all(LONG, LONG))
                    .filteredOn(HealthCheck::critical)
                    .extracting(HealthCheck::name)
                    .containsExactly("authority", "background");
        }
    }

    @Test
    void aSwitchThatIsUnderWayIsDegraded() throws Exception {
        JdbcMigration migration = databases.node();
        TwoDatabases.bring(migration, Stage.SHADOW);
        List<Answer> meanwhile = new ArrayList<>();
        migration.listen(event -> {
            if (event instanceof HandoverStep step && step.step().equals("closed")) {
                try {
                    meanwhile.add(asked(migration, "authority"));
                } catch (Exception failed) {
                    meanwhile.add(Answer.down(failed.toString()));
                }
            }
        });
        migration.moveTo(Stage.LIVE);
        assertThat(meanwhile).containsExactly(Answer.degraded("the authority is being handed over"));
    }

    @Test
    void aNodeThatWasNotStartedIsDownAndNotOfTheStoresOpinion() throws Exception {
        JdbcMigration migration = databases.node();
        TwoDatabases.bring(migration, Stage.DUAL_WRITE);
        assertThat(asked(migration, "stage")).isEqualTo(Answer.UP);
        assertThat(asked(migration, "background")).isEqualTo(Answer.UP);
        try (JdbcMigration other = Jdbc.migration("shop", databases.origin, databases.target)
                .records(Jdbc.table("item", Item.class, Long.class).key(Item::id))
                .build()) {
            assertThat(asked(other, "stage"))
                    .isEqualTo(Answer.degraded("this node is at FROZEN, and the stores at DUAL_WRITE"));
            assertThat(asked(other, "background").state()).isEqualTo(State.DOWN);
        }
    }

    @Test
    void aRecordThatTheCopyRejectsIsDegraded() throws Exception {
        JdbcMigration migration = databases.node(builder -> builder.relay(RelaySettings.defaults()
                .withPoll(Duration.ofMillis(20))
                .withAttempts(1, Duration.ofMillis(10), Duration.ofMillis(10))));
        TwoDatabases.bring(migration, Stage.SHADOW);
        assertThat(asked(migration, "quarantine")).isEqualTo(Answer.UP);
        databases.run(Side.TARGET, "alter table item alter column text varchar(10)");
        TwoDatabases.items(migration).save(new Item(2, "longer than ten characters"));
        await().until(() -> migration.backlog().quarantined() == 1);
        assertThat(asked(migration, "quarantine")).isEqualTo(Answer.degraded("1 intents are quarantined"));
    }

    @Test
    void aBreakerThatIsNotClosedIsDegraded() throws Exception {
        CircuitBreaker breaker = CircuitBreaker.ofDefaults("copy");
        JdbcMigration migration = databases.node(builder -> builder.copyBreaker(breaker));
        try (MigrationChecks checks = new MigrationChecks(migration, LONG, LONG)) {
            assertThat(asked(checks, "breaker")).isEqualTo(Answer.UP);
            breaker.transitionToOpenState();
            await().until(
                            () -> asked(checks, "breaker"),
                            Answer.degraded("the breaker around the copy is OPEN")::equals);
            breaker.transitionToClosedState();
            await().until(() -> asked(checks, "breaker"), Answer.UP::equals);
        }
    }

    @Test
    void aVerificationThatIsBehindIsDegraded() throws Exception {
        JdbcMigration migration = databases.node(builder -> builder.verifyContinuously(ContinuousSettings.defaults()));
        try (MigrationChecks strict = new MigrationChecks(migration, LONG, Duration.ZERO);
                MigrationChecks patient = new MigrationChecks(migration, LONG, LONG)) {
            TwoDatabases.bring(migration, Stage.SHADOW);
            await().until(() -> asked(strict, "verification").state() == State.DEGRADED);
            assertThat(asked(patient, "verification")).isEqualTo(Answer.UP);
        }
    }
}
