package io.dualwrite.testkit.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** Several threads that do the same at once. */
final class Crowd {
    private static final int THREADS = 4;
    private static final int TIMES_EACH = 25;
    private static final int PATIENCE_SECONDS = 30;

    private Crowd() {}

    /** What each of many calls, made by several threads at once, returned; throws what one of them threw. */
    static <T> List<T> results(Callable<T> call) throws Exception {
        CountDownLatch together = new CountDownLatch(THREADS);
        List<FutureTask<List<T>>> tasks = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            FutureTask<List<T>> task = new FutureTask<>(() -> {
                together.countDown();
                together.await();
                List<T> results = new ArrayList<>();
                for (int times = 0; times < TIMES_EACH; times++) {
                    results.add(call.call());
                }
                return results;
            });
            Thread daemon = new Thread(task, "crowd-" + thread);
            daemon.setDaemon(true);
            daemon.start();
            tasks.add(task);
        }
        List<T> all = new ArrayList<>();
        for (FutureTask<List<T>> task : tasks) {
            all.addAll(task.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        }
        return all;
    }
}
