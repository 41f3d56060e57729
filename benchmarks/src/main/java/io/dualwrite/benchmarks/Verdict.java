package io.dualwrite.benchmarks;

import java.util.concurrent.Callable;

/** How a benchmark's process ends: servers that it has started keep it alive otherwise, whatever became of it. */
public final class Verdict {
    private Verdict() {}

    /** Ends with 0 when all bounds are kept, with 1 when one is not, and with 2 when the run failed. Does not return. */
    public static void exit(Callable<Boolean> run) {
        int status = 2;
        try {
            status = run.call() ? 0 : 1;
        } catch (Exception failure) {
            failure.printStackTrace();
        } finally {
            System.exit(status);
        }
    }
}
