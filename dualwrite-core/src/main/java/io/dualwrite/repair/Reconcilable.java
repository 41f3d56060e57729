package io.dualwrite.repair;

import java.util.List;

/**
 * A migration that can tell what a target, from which the authority was taken by force, has accepted and not handed on.
 * Thread-safe; blocks on both stores.
 */
public interface Reconcilable {
    /**
     * The records that the lost target alone has changed, the oldest first.
     *
     * @param most how many to list at most, at least 1
     * @throws IllegalStateException when the target was not lost, or is not closed yet
     * @throws Exception when a store failed
     */
    List<Unreconciled> unreconciled(int most) throws Exception;
}
