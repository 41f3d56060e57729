package io.dualwrite.spring.boot;

import io.dualwrite.flag.StageSource;
import io.dualwrite.repair.ContinuousSettings;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.spring.NoTransaction;
import io.dualwrite.spring.ParticipationSettings;
import io.dualwrite.spring.capture.UnnamedChanges;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;
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
 *     target before the first step. By default dualwrite.jdbc.initialize-schema says it.
 * @param capture Whether changes of the tables are noticed in everything that is executed on the two DataSources, by JPA,
 *     Spring Data, JdbcTemplate or anything else over JDBC.
 * @param followAuthority Whether the origin's DataSource leads to the side that has the authority, so that the application
 *     goes on there after a switch; both databases must understand the same statements. Includes capture.
 * @param jpa Whether the application's JPA persistence unit moves: its tables are the migration's, the target gets a unit of
 *     its own in its own dialect, and repositories, entity managers and transactions follow the authority. Includes
 *     follow-authority.
 * @param targetJpa JPA and Hibernate properties of the target's persistence unit, over the application's own.
 * @param fitting Columns of that unit's tables, each as table.column of the origin, for which the application's team answers
 *     that every value fits into the other side's type; pairs of types in which some do not are refused otherwise.
 * @param unnamedChanges What that does about a statement of which it cannot be told which records it changes: refuse, or
 *     whole-table.
 * @param noTransaction What becomes of a call with DualWrite that neither is in a transaction nor begins one: open begins one
 *     around it, refuse refuses it.
 * @param waitForCopy How long a write's caller waits after the commit for the copy to have followed. Freshness, not
 *     safety.
 * @param copyDeadline How long one call to the copy may take before it is given up.
 * @param staleness How far behind the copy may be to answer reads; at least 1 s.
 * @param writersWait How long a write waits for a handover to end; more than the handover's budget.
 * @param handoverBudget How long a handover may keep writes waiting before it is taken back.
 * @param shadowSample The share of reads, 0.0 to 1.0, that are repeated on the copy and compared.
 * @param fallback Whether a read by key that fails on the authority may be answered by a fresh copy.
 * @param readRamp The share, 0 to 100 percent, of the keys of reads that may be stale which the copy answers at SHADOW, while
 *     it is fresh enough.
 * @param verifyContinuously Whether both sides are compared round after round in the background, once a backfill has ended
 *     and for as long as a copy follows.
 * @param verifyRecordsPerSecond How many records a second that compares at most, each on both sides.
 * @param verifyInterval How long it rests between two rounds; at least 10 s.
 * @param verifyStandby How long nobody must have gone on with a round before another node does; at least 10 s.
 * @param verifyPolicy What it does about a confirmed difference: report or repair.
 * @param control What operates the migration besides: conductor, read ramp, incidents, checks that write.
 */
@ConfigurationPropertiesSource
public record MigrationProperties(
        @Nullable String origin,
        @DefaultValue("target") String target,
        @DefaultValue List<String> tables,
        @Nullable Stage stage,
        @Nullable String attestedBy,
        @Nullable Boolean createTables,
        @DefaultValue("false") boolean capture,
        @DefaultValue("false") boolean followAuthority,
        @DefaultValue("false") boolean jpa,
        @DefaultValue Map<String, String> targetJpa,
        @DefaultValue List<String> fitting,
        @DefaultValue("refuse") UnnamedChanges unnamedChanges,
        @DefaultValue("open") NoTransaction noTransaction,
        @DefaultValue("0s") Duration waitForCopy,
        @DefaultValue("5s") Duration copyDeadline,
        @DefaultValue("2s") Duration staleness,
        @DefaultValue("10s") Duration writersWait,
        @DefaultValue("5s") Duration handoverBudget,
        @DefaultValue("1.0") double shadowSample,
        @DefaultValue("true") boolean fallback,
        @DefaultValue("0") int readRamp,
        @DefaultValue("false") boolean verifyContinuously,
        @DefaultValue("500") int verifyRecordsPerSecond,
        @DefaultValue("1m") Duration verifyInterval,
        @DefaultValue("30s") Duration verifyStandby,
        @DefaultValue("repair") VerifyPolicy verifyPolicy,
        @DefaultValue Control control) {
    private static final int MOST_PERCENT = 100;

    public MigrationProperties {
        tables = List.copyOf(tables);
        targetJpa = Map.copyOf(targetJpa);
        fitting = List.copyOf(fitting);
        if (stage != null) {
            StageSource.wishable(stage);
        }
        if (readRamp < 0 || readRamp > MOST_PERCENT) {
            throw new IllegalArgumentException("read-ramp is 0 to 100 percent, not " + readRamp);
        }
        if (readRamp > 0 && control.ramp()) {
            throw new IllegalArgumentException(
                    "read-ramp is a share by hand, and control.ramp sets it on evidence: leave" + " one of them out");
        }
        // Refused here and not when it is first switched on.
        continuous(verifyRecordsPerSecond, verifyInterval, verifyStandby, verifyPolicy);
    }

    /**
     * What operates the migration besides, on every node. Nothing of it is there unless it is switched on.
     *
     * @param conductor Whether a conductor walks the stages, by a ConductPlan bean or the default plan with all StageGate beans.
     * @param ramp Whether a read ramp goes up on evidence, by a RampPlan bean or the default plan.
     * @param incidents Whether incidents are opened: by the library's rules and all IncidentRule beans, told to the log and all
     *     IncidentSink beans and to those whom an EscalationMatrix bean or contacts name.
     * @param contacts Who is told about all incidents, where there is no EscalationMatrix bean.
     * @param nodes How many nodes must be there and agree before the conductor makes a step, where there is no ConductPlan bean.
     * @param store Bean name or qualifier of the DataSource that these keep their own tables in; all nodes must reach it. The
     *     origin's by default, also after the switch. The tables are created where the migration's are.
     * @param canaries Whether health writes, reads and removes a row of a table of the library's own on each side.
     * @param clockApart How far this node's clock and the one of that database may be apart; health does not look at it by
     *     default.
     */
    public record Control(
            @DefaultValue("false") boolean conductor,
            @DefaultValue("false") boolean ramp,
            @DefaultValue("false") boolean incidents,
            @Nullable Contacts contacts,
            @DefaultValue("1") int nodes,
            @Nullable String store,
            @DefaultValue("false") boolean canaries,
            @Nullable Duration clockApart) {
        public Control {
            if (nodes < 1) {
                throw new IllegalArgumentException("control.nodes is 1 or more, not " + nodes);
            }
            if (clockApart != null && clockApart.isNegative()) {
                throw new IllegalArgumentException("control.clock-apart is zero or more, not " + clockApart);
            }
        }

        /**
         * Who is told.
         *
         * @param primary Whom an incident goes to first.
         * @param backup Whom it escalates to; another one.
         * @param channel Where everybody reads along.
         */
        public record Contacts(String primary, String backup, String channel) {
            public Contacts {
                if (Stream.of(primary, backup, channel).anyMatch(Objects::isNull)) {
                    throw new IllegalArgumentException("control.contacts needs primary, backup and channel");
                }
            }
        }
    }

    /** Whether the two DataSources are replaced by others that capture. */
    boolean captures() {
        return capture || follows();
    }

    /** Whether the origin's DataSource leads to the side that has the authority. */
    boolean follows() {
        return followAuthority || jpa;
    }

    /** How annotated calls take part. */
    ParticipationSettings participation() {
        return new ParticipationSettings(noTransaction, writersWait, captures(), follows());
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
