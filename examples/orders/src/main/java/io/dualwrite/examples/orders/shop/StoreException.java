package io.dualwrite.examples.orders.shop;

import java.sql.SQLException;

/** A statement of the shop's failed. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StoreException(String statement, SQLException cause) {
        super(cause.getMessage() + " [" + statement + "]", cause);
    }
}
