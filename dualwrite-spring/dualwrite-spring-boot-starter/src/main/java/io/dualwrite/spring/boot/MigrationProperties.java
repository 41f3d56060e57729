package io.dualwrite.spring.boot;

import io.dualwrite.flag.StageSource;
import io.dualwrite.repair.ContinuousSettings;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.spring.capture.UnnamedChanges;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * One migration, declared under {@code dualwrite.migrations.<name>}. How the settings depend on each other is checked when
 * the migration is built; everything else here.
 *
 * @param origin Bean name or qualifier of the DataSource that the application lives on when the migration begins. The
 *     application's own (only or primary) DataSource by default.
 * @param target Bean name or qualifier of the DataSource that the application moves to. It need not be reachable when the
 *     application starts.
 * @param tables Bean names of the Table beans that move, parents before children. All Table beans in their order by
 *     default, which only works while there is a single migration.
 * @param stage The wished stage: off, dual-write, shadow, live, ramp-down or complete. The migration walks there step by
 *     step. Ignored where a StageSource bean is there; without both only calls of moveTo move the migration.
 * @param attestedBy Who answers for it that every program that writes these tables carries the library. The first step is
 *     refused without.
 * @param createTables Whether the library creates its own tables where they are missing: on the origin at start, on the
 *     target before the first step.
 * @param capture Whether changes of the tables are noticed in everything that is executed on the two DataSources, by JPA,
 *     Spring Data, JdbcTemplate or anything else over JDBC.
 * @param followAuthority Whether the origin's DataSource leads to the side that has the authority, so that the application
 *     goes on there after a switch; both databases must understand the same statements. Includes capture.
 * @param unnamedChanges What that does about a statement of which it cannot be told which records it changes: refuse, or
 *     whole-table.
 * @param waitForCopy How long a write's caller waits after the commit for the copy to have followed. Freshness, not
 *     safety.
 * @param copyDeadline How long one call to the copy may take before it is given up.
 * @param staleness How far behind the copy may be to answer reads; at least 1 s.
 * @param writersWait How long a write waits for a handover to end; more than the handover's budget.
 * @param handoverBudget How long a handover may keep writes waiting before it is taken back.
 * @param shadowSample The share of reads, 0.0 to 1.0, that are repeated on the copy and compared.
 * @param fallback Whether a read by key that fails on the authority may be answered by a fresh copy.
 * @param verifyContinuously Whether both sides are compared round after round in the background, once a backfill has ended
 *     and for as long as a copy follows.
 * @param verifyRecordsPerSecond How many records a second that compares at most, each on both sides.
 * @param verifyInterval How long it rests between two rounds; at least 10 s.
 * @param verifyStandby How long nobody must have gone on with a round before another node does; at least 10 s.
 * @param verifyPolicy What it does about a confirmed difference: report or repair.
 */
public record MigrationProperties(
        @Nullable String origin,
        @DefaultValue("target") String target,
        @DefaultValue List<String> tables,
        @Nullable Stage stage,
        @Nullable String attestedBy,
        @DefaultValue("false") boolean createTables,
        @DefaultValue("false") boolean capture,
        @DefaultValue("false") boolean followAuthority,
        @DefaultValue("refuse") UnnamedChanges unnamedChanges,
        @DefaultValue("0s") Duration waitForCopy,
        @DefaultValue("5s") Duration copyDeadline,
        @DefaultValue("2s") Duration staleness,
        @DefaultValue("10s") Duration writersWait,
        @DefaultValue("5s") Duration handoverBudget,
        @DefaultValue("1.0") double shadowSample,
        @DefaultValue("true") boolean fallback,
        @DefaultValue("false") boolean verifyContinuously,
        @DefaultValue("500") int verifyRecordsPerSecond,
        @DefaultValue("1m") Duration verifyInterval,
        @DefaultValue("30s") Duration verifyStandby,
        @DefaultValue("repair") VerifyPolicy verifyPolicy) {
    public MigrationProperties {
        tables = List.copyOf(tables);
        if (stage != null) {
            StageSource.wishable(stage);
        }
        // Refused here and not when it is first switched on.
        continuous(verifyRecordsPerSecond, verifyInterval, verifyStandby, verifyPolicy);
    }

    /** Whether the two DataSources are replaced by others that capture. */
    boolean captures() {
        return capture || followAuthority;
    }

    /** How continuous verification works, if it does. */
    ContinuousSettings continuous() {
        return continuous(verifyRecordsPerSecond, verifyInterval, verifyStandby, verifyPolicy);
    }

    private static ContinuousSettings continuous(
            int recordsPerSecond, Duration interval, Duration standby, VerifyPolicy policy) {
        return new ContinuousSettings(recordsPerSecond, interval, standby, policy);
    }
}
