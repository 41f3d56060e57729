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
 * Runs JMH with its own command line, then prints the median of each call again beside the direct call's in the same run:
 * how much longer it takes, and how many times as long. Times depend on the machine, ratios much less.
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
        System.out.printf("%n%-12s %-22s %12s %12s %12s%n", "call", "access", "median ns", "added ns", "x direct");
        for (RunResult result : sorted) {
            RunResult baseline = baselines.get(call(result));
            double direct = baseline == null ? Double.NaN : median(baseline);
            System.out.printf(
                    "%-12s %-22s %,12.0f %,12.0f %12.2f%n",
                    call(result), access(result), median(result), median(result) - direct, median(result) / direct);
        }
    }

    private static double median(RunResult result) {
        return result.getPrimaryResult().getStatistics().getPercentile(50);
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
