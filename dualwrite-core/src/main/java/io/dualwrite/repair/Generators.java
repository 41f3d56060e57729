package io.dualwrite.repair;

import io.dualwrite.stage.Side;

/** <strong>SPI.</strong> The generators of keys (sequences, identity columns) on both sides. */
public interface Generators {
    /**
     * Sets the generators of the other side ahead of everything that those of {@code authority} may have given out.
     * Idempotent; never sets one back. Called while no writes are accepted on either side.
     */
    void ahead(Side authority) throws Exception;
}
