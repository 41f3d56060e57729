package io.dualwrite.control.rollback;

import java.util.List;

/**
 * Where it is kept how long steps took, in rehearsals and in earnest. Thread-safe; may block and throw. Ready-made: {@link
 * JdbcStepTimes}, and {@link MemoryStepTimes} for one process.
 */
public interface StepTimes {
    /** Keeps one more. */
    void keep(String migration, StepTime time) throws Exception;

    /** The last thousand of a migration, the oldest first. */
    List<StepTime> of(String migration) throws Exception;
}
