package io.dualwrite.jdbc;

import java.sql.SQLTransientException;

/** A call was not ended within its grace, and others have gone on as if it were over. Says nothing about any record. */
final class GivenUpException extends SQLTransientException {
    private static final long serialVersionUID = 1;

    /** Not the state of a serialization failure, since doing the same again would change nothing. */
    GivenUpException(String message) {
        super(message, "55000");
    }
}
