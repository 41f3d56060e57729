package io.dualwrite.repair;

import java.util.Optional;

/**
 * Which record types have had a clean pass in a generation. Kept beside the target, with how often it was voided: a pass that
 * began before it was voided proves nothing, and must not replace what is no longer there. Thread-safe; blocks.
 */
final class CleanPasses {
    private final Checkpoints checkpoints;

    CleanPasses(Checkpoints checkpoints) {
        this.checkpoints = checkpoints;
    }

    boolean isClean(String type, int generation) {
        return find(type, generation).map(Checkpoint::done).orElse(false);
    }

    /** How often it was voided by now; to be asked before a pass begins. */
    long voids(String type, int generation) {
        return voids(find(type, generation));
    }

    /** Notes a pass as clean, unless something was voided since there had been {@code voids}; false when so. */
    boolean note(String type, int generation, long voids) {
        Optional<Checkpoint> now = find(type, generation);
        return voids(now) == voids && checkpoints.replace(now.orElse(null), pass(type, generation, voids, true));
    }

    /** What was proved holds no longer, and what is being proved now will not. */
    void voidPass(String type, int generation) {
        Optional<Checkpoint> now;
        do {
            now = find(type, generation);
        } while (!checkpoints.replace(now.orElse(null), pass(type, generation, voids(now) + 1, false)));
    }

    private Optional<Checkpoint> find(String type, int generation) {
        return checkpoints.find(Checkpoint.CLEAN_PASS, type, generation);
    }

    private static long voids(Optional<Checkpoint> pass) {
        return pass.map(Checkpoint::rows).orElse(0L);
    }

    private static Checkpoint pass(String type, int generation, long voids, boolean clean) {
        return new Checkpoint(Checkpoint.CLEAN_PASS, type, generation, null, voids, clean);
    }
}
