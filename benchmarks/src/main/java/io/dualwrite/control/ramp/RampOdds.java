package io.dualwrite.control.ramp;

import io.dualwrite.control.evidence.Evidence;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * What becomes of ramps over targets of a known error rate: how many are aborted, how many reads that took, how many went all
 * the way. Nothing is measured in time; the machine, the judge and the wires are the ones that run, on three nodes, with a look
 * every 200 reads. Arguments: how many ramps of each kind (2,000), and the seed (1). Ends with status 1 when a bound does not
 * hold.
 */
public final class RampOdds {
    private static final double BUDGET = 0.001;
    private static final int NODES = 3;
    private static final int READS_A_LOOK = 200;
    private static final int MOST_READS_A_STEP = 20_000;
    private static final RampPlan PLAN =
            RampPlan.defaults().withGates(List.of(Gate.errors(BUDGET))).loadTestedBy("this simulation");

    /** At most so many aborted, and so many reads until then at this share of them. */
    private record Kind(String name, double rate, double mostAborted, double mostReads, double at) {
        Kind(String name, double rate, double mostAborted) {
            this(name, rate, mostAborted, Double.NaN, 0);
        }
    }

    private static final List<Kind> KINDS = List.of(
            new Kind("no data", Double.NaN, 0),
            new Kind("no error at all", 0, 0),
            new Kind("a fifth of the budget", BUDGET / 5, 0.005),
            new Kind("half of the budget", BUDGET / 2, 0.005),
            new Kind("at the budget", BUDGET, 0.005),
            new Kind("twice the budget", 2 * BUDGET, 1),
            new Kind("five times the budget", 5 * BUDGET, 1, 2_000, 0.5),
            new Kind("20 % errors", 0.2, 1, 200, 0.99));

    private record Outcome(RampPhase phase, int percent, long reads) {}

    private RampOdds() {}

    public static void main(String[] arguments) {
        int ramps = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 2_000;
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1;
        System.out.printf(
                "%-24s %9s %13s %9s %10s %13s%n",
                "target", "aborted", "median reads", "99 of 100", "went full", "ever promoted");
        boolean holds = true;
        for (Kind kind : KINDS) {
            List<Outcome> all = IntStream.range(0, ramps)
                    .mapToObj(ramp -> ramp(kind.rate(), new Random(seed * 1_000_003 + ramp)))
                    .toList();
            double aborted = share(all, RampPhase.ROLLED_BACK);
            long[] caught = all.stream()
                    .filter(outcome -> outcome.phase() == RampPhase.ROLLED_BACK)
                    .mapToLong(Outcome::reads)
                    .sorted()
                    .toArray();
            double promoted = all.stream()
                            .filter(outcome ->
                                    outcome.percent() > PLAN.steps().get(0).percent())
                            .count()
                    / (double) ramps;
            System.out.printf(
                    "%-24s %8.2f%% %13s %9s %9.1f%% %12.1f%%%n",
                    kind.name(),
                    100 * aborted,
                    percentile(caught, 0.5),
                    percentile(caught, 0.99),
                    100 * share(all, RampPhase.FULL),
                    100 * promoted);
            holds &= aborted <= kind.mostAborted();
            holds &= Double.isNaN(kind.mostReads())
                    || (aborted > 0.99 && caught[(int) (caught.length * kind.at())] <= kind.mostReads());
            holds &= !Double.isNaN(kind.rate()) || promoted == 0;
        }
        System.out.println(holds ? "Every bound holds." : "A bound does not hold.");
        if (!holds) {
            System.exit(1);
        }
    }

    private static String percentile(long[] sorted, double share) {
        return sorted.length == 0 ? "–" : String.valueOf(sorted[(int) (sorted.length * share)]);
    }

    private static double share(List<Outcome> all, RampPhase phase) {
        return all.stream().filter(outcome -> outcome.phase() == phase).count() / (double) all.size();
    }

    private static Outcome ramp(double rate, Random random) {
        RampMachine machine = new RampMachine(PLAN);
        FleetJudge judge = new FleetJudge(PLAN);
        Tripwire[] wires = new Tripwire[NODES];
        Arrays.setAll(wires, node -> new Tripwire(PLAN.gates()));
        double[] asked = new double[NODES];
        double[] failed = new double[NODES];
        RampState at = machine.begin(RampState.FIRST).to();
        int most = at.percent();
        long reads = 0;
        long inStep = 0;
        while (at.phase() == RampPhase.RAMPING) {
            inStep += READS_A_LOOK;
            if (!Double.isNaN(rate)) {
                for (int read = 0; read < READS_A_LOOK; read++) {
                    reads++;
                    int node = random.nextInt(NODES);
                    asked[node]++;
                    if (random.nextDouble() >= rate) {
                        wires[node].answered();
                        continue;
                    }
                    failed[node]++;
                    if (wires[node].bad(Gate.Measure.ERRORS, new Evidence(failed[node], asked[node])) != null) {
                        return new Outcome(RampPhase.ROLLED_BACK, most, reads);
                    }
                }
            }
            Evidence fleet = new Evidence(
                    Arrays.stream(failed).sum(), Arrays.stream(asked).sum());
            RampState before = at;
            boolean over = inStep >= MOST_READS_A_STEP;
            RampStep step = PLAN.steps().get(at.step());
            Duration inPhase = over ? step.atMost() : step.atLeast();
            at = machine.look(
                            at,
                            new Judgement(
                                    judge.rule(Map.of("errors", fleet), Map.of()),
                                    inPhase,
                                    (long) fleet.all(),
                                    0,
                                    true,
                                    List.of()))
                    .orElse(at);
            most = Math.max(most, at.percent());
            if (at.epoch() != before.epoch()) {
                judge.restart();
                Arrays.stream(wires).forEach(Tripwire::restart);
                Arrays.fill(asked, 0);
                Arrays.fill(failed, 0);
                inStep = 0;
            }
        }
        return new Outcome(at.phase(), most, reads);
    }
}
