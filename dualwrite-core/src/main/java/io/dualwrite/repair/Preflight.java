package io.dualwrite.repair;

import io.dualwrite.stage.Side;
import java.util.List;

/**
 * <strong>SPI.</strong> What must be true of the stores, each answer a list of reasons against, empty when there is none.
 * A reason says what is wrong, where, and what to do. Thread-safe; blocks; a store that cannot be reached is a reason,
 * not an exception.
 */
public interface Preflight {
    /** Before {@code start()}: this side can be the authority (control tables, journal, record tables with keys). */
    List<String> authority(Side side);

    /**
     * Before the first step: the target can become a copy (reachable, tables there, not the origin's own, and empty unless
     * adopted). Installs control tables only where the declaration asked for it, and touches no record.
     */
    List<String> copy(Side side);

    /**
     * Before a flip away from {@code authority}: the other side can take over (an intent can be written there and rolled
     * back, generated keys can be set ahead), and writes can find their way back.
     */
    List<String> handover(Side authority);
}
