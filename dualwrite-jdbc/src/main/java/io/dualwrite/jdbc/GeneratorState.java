package io.dualwrite.jdbc;

/**
 * Where a generator stands.
 *
 * @param next a number that it has not given out, with all after it; blocks cached by sessions are below
 * @param increment from one number to the next
 * @param cache how many numbers a session may take at once
 */
record GeneratorState(long next, long increment, long cache) {
    /** A number beyond everything given out, with room for one more block of every kind. */
    long ahead() {
        return Math.addExact(next, Math.multiplyExact(increment, Math.max(1, cache)));
    }
}
