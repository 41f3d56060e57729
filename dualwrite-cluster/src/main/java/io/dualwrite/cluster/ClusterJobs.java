package io.dualwrite.cluster;

import com.github.kagkarlsson.scheduler.ScheduledExecutionsFilter;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.FailureHandler;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import io.dualwrite.Migration;
import io.dualwrite.repair.Part;
import java.time.Instant;
import java.util.List;

/**
 * The backfill and the verification of a migration as tasks of db-scheduler, one instance per {@link Part}: whichever node
 * picks a part works it off, and when that node is lost another one goes on from the part's own checkpoint. Its table only
 * says which parts are left and who is at them; how far they are is kept beside the target, in the transactions that copy,
 * so that a node which was taken for lost and comes back does no harm.
 *
 * <p>Every node gives {@link #tasks()}, and {@link #recurringVerification()} if it is wanted, to its scheduler. Thread-safe.
 */
public final class ClusterJobs {
    private static final int LONGEST_NAME = 100;

    private final Migration migration;
    private final ClusterSettings settings;
    private final OneTimeTask<Void> backfill;
    private final OneTimeTask<Void> verification;
    private final RecurringTask<Void> recurring;

    private ClusterJobs(Migration migration, ClusterSettings settings) {
        this.migration = migration;
        this.settings = settings;
        this.backfill = parts("backfill", migration::backfill);
        this.verification = parts("verify", part -> {
            // Where nothing follows any more nothing will ever be verified, and the part would be tried for ever.
            if (migration.stage().write().followed()) {
                migration.verify(part, settings.policy());
            }
        });
        this.recurring = Tasks.recurring(named("verify-all"), FixedDelay.of(settings.verifyEvery()))
                .execute((instance, context) -> verify(context.getSchedulerClient()));
    }

    /** The jobs of this migration, with the default settings. */
    public static ClusterJobs of(Migration migration) {
        return of(migration, ClusterSettings.defaults());
    }

    /**
     * The jobs of this migration.
     *
     * @throws IllegalArgumentException when the migration's name is too long for db-scheduler's table, more than about 80
     */
    public static ClusterJobs of(Migration migration, ClusterSettings settings) {
        return new ClusterJobs(migration, settings);
    }

    /** What every node's scheduler has to know. */
    public List<Task<?>> tasks() {
        return List.of(backfill, verification);
    }

    /** Begins a verification of everything again and again, on one node at a time; for {@code startTasks(…)}. */
    public RecurringTask<Void> recurringVerification() {
        return recurring;
    }

    /**
     * Has the nodes work off what is left of the backfill, and returns at once; call it on any node, again and again if you
     * like. Lists the origin's keys once where nobody has agreed on the parts yet. Blocks on both sides and on the
     * scheduler's database.
     *
     * @return the parts that were not being worked off yet
     * @throws IllegalStateException when the copy does not follow, or the origin does not have the authority
     */
    public List<Part> backfill(SchedulerClient client) throws InterruptedException {
        return schedule(client, backfill, migration.backfillParts());
    }

    /**
     * Has the nodes verify everything, and returns at once. Does nothing while the last verification has parts left, before
     * the backfill has ended, and while no copy follows. Blocks on both sides and on the scheduler's database.
     *
     * @return the parts that are being verified now on account of this call
     */
    public List<Part> verify(SchedulerClient client) {
        boolean[] underWay = new boolean[1];
        client.fetchScheduledExecutionsForTask(
                verification.getName(), Void.class, ScheduledExecutionsFilter.all(), execution -> underWay[0] = true);
        return underWay[0] ? List.of() : schedule(client, verification, migration.verificationParts());
    }

    private static List<Part> schedule(SchedulerClient client, OneTimeTask<Void> task, List<Part> parts) {
        return parts.stream()
                .filter(part -> client.scheduleIfNotExists(task.instance(part.id()), Instant.now()))
                .toList();
    }

    /** What is done with a part. */
    @FunctionalInterface
    private interface Work {
        void on(Part part) throws Exception;
    }

    private OneTimeTask<Void> parts(String job, Work work) {
        return Tasks.oneTime(named(job))
                .onFailure(new FailureHandler.OnFailureRetryLater<>(settings.retry()))
                .onDeadExecutionRevive()
                .execute((instance, context) -> {
                    try {
                        work.on(Part.of(instance.getId()));
                    } catch (RuntimeException failure) {
                        throw failure;
                    } catch (Exception failure) {
                        // The interrupt of one who stops is not restored: this thread has yet to hand the part back.
                        throw new IllegalStateException(
                                "Part " + instance.getId() + " of migration " + migration.name()
                                        + " was not worked off; a node will go on in " + settings.retry(),
                                failure);
                    }
                });
    }

    private String named(String job) {
        String name = "dualwrite-" + job + "/" + migration.name();
        if (name.length() > LONGEST_NAME) {
            throw new IllegalArgumentException(
                    "The task " + name + " has " + name.length() + " letters, and db-scheduler's" + " table takes "
                            + LONGEST_NAME + "; give the migration a shorter name");
        }
        return name;
    }
}
