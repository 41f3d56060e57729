package io.dualwrite.repair;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** <strong>SPI.</strong> The checkpoints kept beside one side. Thread-safe; blocks on that side's store. */
public interface Checkpoints {
    /** The checkpoint of this job, type and generation. */
    Optional<Checkpoint> find(String job, String type, int generation);

    /**
     * Inserts or replaces it in a commit of its own, unless the one that is saved is done: that is final here, so that a job
     * that comes late does not undo what another one has ended.
     */
    void save(Checkpoint checkpoint);

    /**
     * As {@link #save}, but only if what is saved is exactly {@code expected}, and then whether it is done or not. Looking
     * and saving are one: nobody saves in between.
     *
     * @param expected what must be saved now; null when nothing may be
     * @return whether it was so; otherwise nothing was changed
     */
    boolean replace(@Nullable Checkpoint expected, Checkpoint next);
}
