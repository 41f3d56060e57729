package io.dualwrite.control.rollback;

import java.util.List;

/**
 * One step of a way back: told by its texts, made by its act, and over when its checks hold. Immutable.
 *
 * @param name what times are kept by; unique in its plan, up to 80 characters
 * @param does what it does, in a sentence
 * @param act makes it; making it again after it was made does nothing
 * @param checks what must hold before the next step
 */
public record RollbackStep(String name, String does, Act act, List<Check> checks) {
    public RollbackStep {
        checks = List.copyOf(checks);
        if (name.isBlank() || name.length() > 80 || does.isBlank()) {
            throw new IllegalArgumentException(
                    "A step has a name of 1 to 80 characters and says what it does, not '" + name + "'");
        }
    }

    /** Makes a step. May block and throw. */
    @FunctionalInterface
    public interface Act {
        void make() throws Exception;
    }

    /**
     * Something that must hold.
     *
     * @param text what, in words
     * @param condition looks
     */
    public record Check(String text, Condition condition) {
        /** A check that holds or does not. */
        public static Check that(String text, Holds holds) {
            return new Check(text, () -> holds.now() ? List.of() : List.of("it does not hold that " + text));
        }
    }

    /** Looks whether something holds. May block and throw; what it throws is a reason against. */
    @FunctionalInterface
    public interface Condition {
        /** Every reason against; empty when it holds. */
        List<String> reasons() throws Exception;
    }

    /** Whether something holds now. */
    @FunctionalInterface
    public interface Holds {
        boolean now() throws Exception;
    }
}
