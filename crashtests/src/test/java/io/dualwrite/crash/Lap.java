package io.dualwrite.crash;

import io.dualwrite.crash.NodeProcess.FailedException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Everything a migration can do and undo: from wherever it is back to OFF, through a new generation to LIVE, and back to
 * SHADOW, where both sides hold the same at rest.
 */
final class Lap {
    static final List<String> STEPS =
            List.of("move OFF", "move DUAL_WRITE", "backfill", "verify", "move SHADOW", "move LIVE", "move SHADOW");

    private static final Set<String> BEFORE_SHADOW = Set.of("OFF", "JOURNAL", "DUAL_WRITE");
    private static final long PATIENCE_SECONDS = 90;

    private Lap() {}

    static void run(NodeProcess by) {
        run(by, 0);
    }

    /** The steps from this number on. */
    static void run(NodeProcess by, int from) {
        STEPS.subList(from, STEPS.size()).forEach(step -> step(by, step));
    }

    /** One step, again and again while it is refused: traffic goes on, and others may be stepping too. */
    static String step(NodeProcess by, String step) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            try {
                return by.call(step);
            } catch (FailedException refused) {
                if (!by.isAlive() || System.nanoTime() > until) {
                    throw refused;
                }
            }
        }
    }

    /** From wherever it is to SHADOW, by the first of them; the others know when this returns. */
    static void toShadow(List<NodeProcess> nodes) {
        toShadow(nodes.get(0));
        nodes.forEach(each -> each.call("stage"));
    }

    /** From wherever it is to SHADOW. */
    static void toShadow(NodeProcess by) {
        if (BEFORE_SHADOW.contains(step(by, "stage"))) {
            run(by, 1);
        } else {
            step(by, "move SHADOW");
        }
    }
}
