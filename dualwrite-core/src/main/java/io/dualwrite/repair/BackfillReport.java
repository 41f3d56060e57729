package io.dualwrite.repair;

import java.time.Duration;

/**
 * What a backfill did.
 *
 * @param rows records brought over in this generation, earlier runs that were resumed included
 * @param took how long this run took
 */
public record BackfillReport(long rows, Duration took) {}
