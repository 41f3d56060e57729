package io.dualwrite.stage;

/** One of the two stores of a migration. An identity: it never changes, whoever has the authority. */
public enum Side {
    /** The store the application lives on when the migration begins. */
    ORIGIN,
    /** The store the application lives on when the migration is complete. */
    TARGET;

    /** The other store. */
    public Side other() {
        return this == ORIGIN ? TARGET : ORIGIN;
    }
}
