package io.dualwrite.fence;

import io.dualwrite.stage.RecordId;
import java.util.Collection;

/** What a store's transactions tell the migration after a commit, also after one whose outcome is not known. */
@FunctionalInterface
public interface CommitHook {
    /** These records have intents now. Never blocks beyond the declared wait for the copy, never throws. */
    void committed(Collection<RecordId> records);
}
