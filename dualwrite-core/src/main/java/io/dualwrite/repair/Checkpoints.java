package io.dualwrite.repair;

import java.util.Optional;

/** <strong>SPI.</strong> The checkpoints kept beside one side. Thread-safe; blocks on that side's store. */
public interface Checkpoints {
    /** The checkpoint of this job, type and generation. */
    Optional<Checkpoint> find(String job, String type, int generation);

    /** Inserts or replaces it in a commit of its own. */
    void save(Checkpoint checkpoint);
}
