package io.dualwrite.control.rehearsal;

import io.dualwrite.Migration;
import io.dualwrite.store.Store;

/**
 * What is rehearsed: a migration of canaries, and three ways to them. It is declared as the real one is, over the same
 * databases or services, with a name of its own, so that its control rows, journals and stage are its own; over databases with
 * tables of its own beside the real ones, or over a copy of real volume. The rehearsal starts it where that was not done, and
 * closes it.
 *
 * @param through as the application reads and writes
 * @param origin the origin itself, past the library
 * @param target the target itself, past the library and past any trouble, with records mapped back to the origin's shape
 */
public record Stand<R, K>(Migration migration, Store<R, K> through, Store<R, K> origin, Store<R, K> target) {
    /** Makes a stand. */
    @FunctionalInterface
    public interface Setup<R, K> {
        /**
         * Declares the migration that is rehearsed.
         *
         * @param trouble wraps whatever leads to the target
         */
        Stand<R, K> with(TargetTrouble trouble) throws Exception;
    }
}
