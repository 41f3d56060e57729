package io.dualwrite.repair;

import java.time.Duration;
import java.util.List;

/**
 * What a backfill would do if it began now; nothing was written to find out.
 *
 * @param obstacles every reason why it could not run; empty when it could
 * @param waitsFor what it would wait for before its first chunk
 * @param types the record types in the order in which they are copied
 * @param firstChunk records in the first transaction
 * @param largestChunk records in a transaction at most
 * @param chunkTime what the size of chunks follows
 * @param ranges how many ranges of a type would be walked at the same time, where it was not begun otherwise
 */
public record BackfillPlan(
        List<String> obstacles,
        List<String> waitsFor,
        List<OfType> types,
        int firstChunk,
        int largestChunk,
        Duration chunkTime,
        int ranges) {
    public BackfillPlan {
        obstacles = List.copyOf(obstacles);
        waitsFor = List.copyOf(waitsFor);
        types = List.copyOf(types);
    }

    /**
     * What would be done with one record type.
     *
     * @param type its name
     * @param records about how many the origin has, by its own estimate; -1 when that is unknown
     * @param onTarget about how many the target has already, by its own estimate; -1 when that is unknown
     * @param done how many were brought over in this generation already
     * @param ended whether the type has been brought over completely, so that nothing is done any more
     */
    public record OfType(String type, long records, long onTarget, long done, boolean ended) {}
}
