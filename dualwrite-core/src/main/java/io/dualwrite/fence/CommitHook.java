package io.dualwrite.fence;

import io.dualwrite.stage.RecordId;
import java.util.Collection;

/** What a store's transactions tell the migration after a commit, also after one whose outcome is not known. */
@FunctionalInterface
public interface CommitHook {
    /**
     * These records are about to have intents that others can see; on the writer's thread, before {@link #committed}. A
     * commit that fails takes nothing back. Never blocks, never throws.
     */
    default void committing(Collection<RecordId> records) {}

    /**
     * These records have intents now. Never blocks beyond the declared wait for the copy.
     *
     * @throws CopyBehindException when writers were told to insist on that wait and it ended in vain; nothing else. For the
     *     caller only where the write itself succeeded: otherwise what that one threw is the outcome
     */
    void committed(Collection<RecordId> records);
}
