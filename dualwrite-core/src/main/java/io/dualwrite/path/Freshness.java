package io.dualwrite.path;

import io.dualwrite.stage.RecordId;

/** Tells whether the copy is likely to have a record's newest state. Thread-safe; never blocks. */
@FunctionalInterface
public interface Freshness {
    /** True when no change of the record is known to be on its way and the oldest one anywhere is young. */
    boolean isFresh(RecordId record);
}
