package io.dualwrite.benchmarks;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * Runs JMH with its own command line, then prints each figure again as a multiple of the direct call's in the same run:
 * times depend on the machine, ratios much less.
 */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
        CommandLineOptions options = new CommandLineOptions(args);
        if (options.shouldHelp()) {
            options.showHelp();
            return;
        }
        Runner runner = new Runner(options);
        if (options.shouldList()) {
            runner.list();
            return;
        }
        print(runner.run());
    }

    private static void print(Collection<RunResult> results) {
        Map<String, RunResult> baselines = results.stream()
                .filter(result -> access(result).equals(Access.DIRECT.name()))
                .collect(Collectors.toMap(Main::call, Function.identity()));
        List<RunResult> sorted = results.stream()
                .sorted(Comparator.comparing(Main::call)
                        .thenComparing(result -> Access.valueOf(access(result)).ordinal()))
                .toList();
        System.out.printf("%n%-12s %-22s %14s %12s%n", "call", "access", "ns per call", "x direct");
        for (RunResult result : sorted) {
            RunResult baseline = baselines.get(call(result));
            System.out.printf(
                    "%-12s %-22s %,14.0f %12s%n",
                    call(result),
                    access(result),
                    score(result),
                    baseline == null ? "-" : "%.2f".formatted(score(result) / score(baseline)));
        }
    }

    private static double score(RunResult result) {
        return result.getPrimaryResult().getScore();
    }

    /** What is compared: the operation and the backend. */
    private static String call(RunResult result) {
        BenchmarkParams params = result.getParams();
        String benchmark = params.getBenchmark();
        return params.getParam("backend") + " " + benchmark.substring(benchmark.lastIndexOf('.') + 1);
    }

    private static String access(RunResult result) {
        return result.getParams().getParam("access");
    }
}
