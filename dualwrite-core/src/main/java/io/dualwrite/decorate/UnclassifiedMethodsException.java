package io.dualwrite.decorate;

import java.util.List;

/** A repository interface has methods of which nobody can tell what they do. The message names each and what to do. */
public final class UnclassifiedMethodsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<String> problems;

    UnclassifiedMethodsException(Class<?> type, List<String> problems) {
        super(type.getName() + " cannot be decorated:\n  - " + String.join("\n  - ", problems));
        this.problems = List.copyOf(problems);
    }

    /** One entry per method, with what to do about it. */
    public List<String> problems() {
        return problems;
    }
}
