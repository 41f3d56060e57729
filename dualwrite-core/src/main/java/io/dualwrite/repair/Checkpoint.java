package io.dualwrite.repair;

import org.jspecify.annotations.Nullable;

/**
 * How far a long job has come with one record type in one generation.
 *
 * @param job {@link #BACKFILL}, {@link #CLEAN_PASS} or {@link #CONTINUOUS}
 * @param type the record type's name
 * @param generation the generation it belongs to; another generation's is void
 * @param position canonical text of the last key that is done, or null before the first
 * @param rows how many records are done; of {@link #CLEAN_PASS}, how often it was voided, and of {@link #CONTINUOUS}, how
 *     often that had been when the round began
 * @param done whether the job has ended with this type
 */
public record Checkpoint(
        String job, String type, int generation, @Nullable String position, long rows, boolean done) {
    /** The job that brings records over that were there before the journal. */
    public static final String BACKFILL = "backfill";
    /** The last verification that read everything and found nothing; a repair voids it. */
    public static final String CLEAN_PASS = "clean-pass";
    /** The round that continuous verification is in, or, when it is done, the last one. */
    public static final String CONTINUOUS = "continuous";

    /** The cursor of one of several ranges that a backfill walks at the same time, numbered from 0. */
    static String range(int number) {
        return BACKFILL + "/range/" + number;
    }

    /** What is agreed upon about those ranges: at 0 how many they are, from 1 on the last key of each but the last. */
    static String borders(int number) {
        return BACKFILL + "/border/" + number;
    }

    /**
     * Of a part, numbered from 0, whether it was verified: {@code position} is its last key, or null, and {@code rows} how
     * often the type's clean pass had been voided when that began.
     */
    static String verified(int number) {
        return "verified/" + number;
    }
}
