package io.dualwrite.jdbc;

import io.dualwrite.stage.Side;
import java.util.Map;
import java.util.Set;

/** Is told what actors are about to do, by the actors themselves; what it does not care about it lets pass. */
interface Witness {
    /** The calling actor's transaction has its fence and begins its work. */
    void began(Side side);

    /**
     * The calling actor is about to write these in one transaction; null deletes. What it does to those that it sweeps shows
     * when it commits.
     */
    void writing(Map<Long, Long> values, Set<Long> swept);

    /** The calling actor begins to bring these over. */
    default void carrying(Set<Long> keys) {}

    /** It has brought them over, or not. */
    default void carriedOver(boolean done, boolean backfilling) {}

    /** The calling actor begins, or ends, to wait until nothing is being carried to a copy that was begun before. */
    default void settling(boolean begins) {}

    /** This has come up. */
    default void saw(Situation situation) {}
}
