package io.dualwrite;

import java.util.List;

/** A declaration is incomplete or contradicts itself. Nothing was built; the message lists everything that is wrong. */
public final class DeclarationException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<String> problems;

    public DeclarationException(String what, List<String> problems) {
        super(what + " cannot be built, " + problems.size() + (problems.size() == 1 ? " thing is" : " things are")
                + " wrong: " + String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /** Each thing that is wrong, with what to do about it. */
    public List<String> problems() {
        return problems;
    }
}
