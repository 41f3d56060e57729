package io.dualwrite.repair;

import io.dualwrite.stage.RecordId;
import java.time.Duration;

/**
 * A record that a lost side has changed without handing the change on. Prints redacted; its key is there for whoever looks
 * the record up on both sides.
 *
 * @param record which record, or which {@link io.dualwrite.stage.RecordRange range}: then it is not known how many
 * @param age how long ago the lost side accepted the first such change, by that side's clock
 */
public record Unreconciled(RecordId record, Duration age) {}
