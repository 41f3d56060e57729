package io.dualwrite.spring;

import java.util.Objects;

/**
 * The application's beans do not make a migration, or one that cannot start. Thrown while the context is being set up; says
 * what is wrong and, apart from it, what to do.
 */
public final class MigrationSetupException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String description;
    private final String action;

    /**
     * @param description what is wrong, in which migration
     * @param action what to change
     */
    public MigrationSetupException(String description, String action) {
        super(Objects.requireNonNull(description, "description") + " " + Objects.requireNonNull(action, "action"));
        this.description = description;
        this.action = action;
    }

    /** As {@link #MigrationSetupException(String, String)}, with what was found first. */
    public MigrationSetupException(String description, String action, Throwable cause) {
        this(description, action);
        initCause(cause);
    }

    /** What is wrong. */
    public String description() {
        return description;
    }

    /** What to do about it. */
    public String action() {
        return action;
    }
}
