package io.dualwrite.benchmarks;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * What the library adds to a call, beside the peers, each figure against the bound it has to keep; then {@link Hanging}. Takes
 * JMH's own arguments. A fork's figure is the tenth percentile of its short iterations, which leaves out those in which
 * somebody else had the processor; what is printed is the median of the forks.
 */
public final class Speed {
    private static final List<Bound> BOUNDS = List.of(
            new Bound("AtRest", Access.DUALWRITE_OFF, Access.DIRECT, 5, 0),
            new Bound("AtRest", Access.DUALWRITE_COMPLETE, Access.DIRECT, 5, 0),
            new Bound("AtRest", Access.DECORATED_OFF, Access.DIRECT, 10, 0),
            new Bound("AtRest", Access.DECORATED_COMPLETE, Access.DIRECT, 10, 0),
            new Bound("DualWriting", Access.REPLAY, Access.DIRECT, 60, 0),
            new Bound("DualWriting", Access.REPLAY_GUARDED, Access.RESILIENCE4J, 0, 1.6),
            new Bound("ShadowReading", Access.DUALWRITE_SHADOW, Access.DIRECT, 300, 0));

    private Speed() {}

    /**
     * What may be.
     *
     * @param nanos more than the baseline at most; 0 for no such bound
     * @param times as much as the baseline at most; 0 for no such bound
     */
    private record Bound(String benchmark, Access access, Access baseline, double nanos, double times) {
        String verdict(double figure, double base) {
            boolean kept = nanos > 0 ? figure - base <= nanos : figure <= base * times;
            String may = nanos > 0 ? "+" + (int) nanos + " ns" : times + " x " + baseline;
            return (kept ? "keeps " : "EXCEEDS ") + may;
        }
    }

    public static void main(String[] args) throws Exception {
        Options options = new OptionsBuilder()
                .parent(new CommandLineOptions(args))
                .include("benchmarks\\.(AtRest|DualWriting|ShadowReading)\\.")
                .addProfiler(GCProfiler.class)
                .build();
        print(new Runner(options).run());
        Hanging.main();
    }

    private static void print(Collection<RunResult> results) {
        System.out.printf("%n%-20s %-28s %10s %10s %10s   %s%n", "call", "access", "ns", "added", "bytes", "bound");
        results.stream()
                .sorted(Comparator.comparing(Speed::call)
                        .thenComparing(result -> access(result).ordinal()))
                .forEach(result -> {
                    double figure = nanos(result);
                    System.out.printf(
                            "%-20s %-28s %10.1f %10.1f %10.0f   %s%n",
                            call(result),
                            access(result),
                            figure,
                            figure - nanos(results, call(result), Access.DIRECT),
                            bytes(result),
                            verdict(results, result, figure));
                });
    }

    private static String verdict(Collection<RunResult> results, RunResult result, double figure) {
        return BOUNDS.stream()
                .filter(bound -> call(result).startsWith(bound.benchmark() + ".") && bound.access() == access(result))
                .map(bound -> bound.verdict(figure, nanos(results, call(result), bound.baseline())))
                .findFirst()
                .orElse("");
    }

    private static double nanos(Collection<RunResult> results, String call, Access access) {
        return results.stream()
                .filter(result -> call(result).equals(call) && access(result) == access)
                .mapToDouble(Speed::nanos)
                .findFirst()
                .orElse(Double.NaN);
    }

    private static double nanos(RunResult result) {
        double[] forks = result.getBenchmarkResults().stream()
                .mapToDouble(Speed::tenthPercentile)
                .sorted()
                .toArray();
        return forks[forks.length / 2];
    }

    private static double tenthPercentile(BenchmarkResult fork) {
        double[] iterations = fork.getIterationResults().stream()
                .map(IterationResult::getPrimaryResult)
                .mapToDouble(Result::getScore)
                .sorted()
                .toArray();
        return iterations[iterations.length / 10];
    }

    private static double bytes(RunResult result) {
        return result.getSecondaryResults().entrySet().stream()
                .filter(each -> each.getKey().endsWith("gc.alloc.rate.norm"))
                .mapToDouble(each -> each.getValue().getScore())
                .findFirst()
                .orElse(Double.NaN);
    }

    private static String call(RunResult result) {
        String[] names = result.getParams().getBenchmark().split("\\.");
        return String.join(".", Arrays.copyOfRange(names, names.length - 2, names.length));
    }

    private static Access access(RunResult result) {
        return Access.valueOf(result.getParams().getParam("access"));
    }
}
