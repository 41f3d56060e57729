package io.dualwrite.event;

import java.sql.SQLException;

/**
 * What went wrong, told without data: the class names along the chain of causes and an SQL state where there is one.
 * Messages of drivers quote values and are left out.
 *
 * @param kind for example {@code UncheckedIOException < SQLTransientConnectionException[08001]}
 */
public record Fault(String kind) {
    private static final int LONGEST_CHAIN = 5;

    /** The fault behind a throwable. */
    public static Fault of(Throwable thrown) {
        StringBuilder kind = new StringBuilder();
        Throwable at = thrown;
        for (int depth = 0; at != null && depth < LONGEST_CHAIN; depth++, at = at.getCause()) {
            kind.append(depth == 0 ? "" : " < ").append(at.getClass().getSimpleName());
            if (at instanceof SQLException sql && sql.getSQLState() != null) {
                kind.append('[').append(sql.getSQLState()).append(']');
            }
        }
        return new Fault(kind.toString());
    }

    @Override
    public String toString() {
        return kind;
    }
}
