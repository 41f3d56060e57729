package io.dualwrite.examples.orders.guarded;

import io.dualwrite.control.incident.Contacts;
import io.dualwrite.control.incident.EscalationMatrix;
import io.dualwrite.control.incident.Incident;
import io.dualwrite.control.incident.IncidentDesk;
import io.dualwrite.control.incident.IncidentSettings;
import io.dualwrite.control.incident.MemoryIncidentStore;
import io.dualwrite.control.incident.MigrationRules;
import io.dualwrite.control.incident.Notice;
import io.dualwrite.control.incident.Objectives;
import io.dualwrite.control.ramp.Gate;
import io.dualwrite.control.ramp.MemoryRampStore;
import io.dualwrite.control.ramp.RampControl;
import io.dualwrite.control.ramp.RampEntry;
import io.dualwrite.control.ramp.RampEvent;
import io.dualwrite.control.ramp.RampPhase;
import io.dualwrite.control.ramp.RampPlan;
import io.dualwrite.control.ramp.RampSettings;
import io.dualwrite.control.ramp.RampStep;
import io.dualwrite.examples.orders.guarded.Shop.Trouble;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

/**
 * Three ways up that end badly, and what happens then without anybody doing anything: the new store turns slow at 25 percent
 * and, mended, wrong at 50; and once more with every read right, and completed orders that drop. In the time of ramps and
 * incidents ten minutes are one second here.
 */
public final class GuardedRamp implements AutoCloseable {
    private static final String RULE = "ramp-rolled-back";
    private static final String GUARD = "completed orders";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration COOL = Duration.ofMinutes(3);

    private final PrintStream out;
    private final Shop shop = new Shop();
    private final FastTime time = new FastTime();
    private final RampControl ramp;
    private final IncidentDesk desk;
    private volatile Trouble coming = Trouble.NONE;
    private volatile int comingAt;

    private GuardedRamp(PrintStream out) {
        this.out = out;
        RampPlan plan = RampPlan.defaults()
                .withSteps(IntStream.of(1, 5, 10, 25, 50, 75)
                        .mapToObj(percent -> new RampStep(percent, Duration.ofMinutes(1), Duration.ofDays(30), 100))
                        .toList())
                .withGates(List.of(
                        Gate.errors(0.02),
                        Gate.mismatches(0.02),
                        Gate.slow(3, 0.2),
                        Gate.drop(GUARD, shop::completed, 0.3)))
                .withCoolDown(COOL, COOL)
                .withKeepShare(Duration.ofHours(1));
        this.ramp = RampControl.open(
                shop.orders.migration(),
                plan,
                new MemoryRampStore(),
                RampSettings.defaults()
                        .withNode("node-1")
                        .withPoll(Duration.ofMillis(100))
                        .withTime(time, time)
                        .withListener(this::turn));
        EscalationMatrix.Builder matrix = EscalationMatrix.builder();
        MigrationRules.components()
                .forEach(component ->
                        matrix.component(component, new Contacts("storage team", "storage lead", "#orders")));
        this.desk = IncidentDesk.open(
                shop.orders.migration(),
                MigrationRules.all(Objectives.defaults()),
                matrix.build(),
                new MemoryIncidentStore(),
                IncidentSettings.defaults()
                        .withNode("node-1")
                        .withPoll(Duration.ofMillis(50))
                        .withClock(time)
                        .withSink(this::print)
                        .withRamp(() -> ramp.state().phase()));
    }

    /** Runs all of it and prints what happens. */
    public static void main(String[] args) throws Exception {
        run(System.out);
    }

    static void run(PrintStream out) throws Exception {
        try (GuardedRamp guarded = new GuardedRamp(out)) {
            guarded.slowAndThenWrong();
        }
        try (GuardedRamp guarded = new GuardedRamp(out)) {
            guarded.deserted();
        }
    }

    private void slowAndThenWrong() throws Exception {
        goUpInto(Trouble.SLOW, 25);
        begin();
        Incident first = rolledBack();
        await("the status is told by itself", () -> lastKinds(first, "nothing new was said"));
        endOf(first, "the new store has its index again");
        ramp.resume("ann");
        goUpInto(Trouble.WRONG, 50);
        Incident second = rolledBack();
        endOf(second, "a trigger that added a cent is gone");
        out.println();
        out.println(desk.report(second.id()));
        out.println("RESULT failed_reads=" + shop.failed.get() + " rollbacks="
                + ramp.state().rollbacks());
    }

    private void deserted() throws Exception {
        goUpInto(Trouble.DESERTED, 25);
        begin();
        endOf(rolledBack(), "the order page takes a voucher again");
        out.println("RESULT failed_reads=" + shop.failed.get() + " rollbacks="
                + ramp.state().rollbacks());
    }

    /** Begins when the ramp has seen for long enough how many orders are usual. */
    private void begin() throws Exception {
        await(
                "it is known how many orders are usual",
                () -> ramp.rulings().stream()
                        .anyMatch(ruling ->
                                ruling.gate().equals(GUARD) && ruling.why().startsWith("0 of 0")));
        ramp.begin("ann");
    }

    /** From this share on there will be trouble. */
    private void goUpInto(Trouble trouble, int percent) {
        comingAt = percent;
        coming = trouble;
    }

    private void turn(RampEvent event) {
        if (event instanceof RampEvent.Moved moved) {
            out.println(
                    "ramp: " + moved.from().percent() + " % -> " + moved.to().percent() + " %, "
                            + moved.to().phase() + ": " + moved.to().why());
            if (moved.to().percent() >= comingAt && coming != Trouble.NONE) {
                shop.trouble = coming;
                coming = Trouble.NONE;
                out.println("shop: from now on " + shop.trouble);
            }
        }
    }

    /** Waits until the ramp has gone back by itself, and its incident has found nobody who took it. */
    private Incident rolledBack() throws Exception {
        await("the ramp goes back", () -> ramp.state().phase() == RampPhase.ROLLED_BACK);
        List<RampEntry> audit = ramp.audit();
        out.println("audit: " + audit.get(audit.size() - 1));
        await(
                "an incident escalates",
                () -> desk.open().stream()
                        .anyMatch(incident -> incident.rule().equals(RULE) && incident.escalations() > 0));
        return desk.open().stream()
                .filter(incident -> incident.rule().equals(RULE))
                .findFirst()
                .orElseThrow();
    }

    private void endOf(Incident incident, String how) throws Exception {
        desk.acknowledge(incident.id(), "bea");
        desk.update(
                incident.id(),
                "bea",
                new Incident.Status("reads are answered by the legacy store", "found out why", "mend it", "now"));
        shop.trouble = Trouble.NONE;
        desk.mitigate(incident.id(), "bea", how);
        desk.resolve(incident.id(), "bea", how);
        time.pause(COOL);
    }

    private boolean lastKinds(Incident incident, String text) throws Exception {
        return desk.report(incident.id()).contains(text);
    }

    private void print(Notice notice) {
        if (notice.incident().rule().equals(RULE)) {
            out.println("incident: " + notice.incident().severity() + " " + notice.kind() + " for " + notice.to() + ": "
                    + notice.incident().summary() + " [" + notice.advice() + "]");
        }
    }

    private static void await(String what, Callable<Boolean> until) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!until.call()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("Waited in vain: " + what);
            }
            Thread.sleep(20);
        }
    }

    @Override
    public void close() throws Exception {
        desk.close();
        ramp.close();
        shop.close();
    }
}
