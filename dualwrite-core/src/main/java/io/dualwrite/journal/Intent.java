package io.dualwrite.journal;

import io.dualwrite.stage.RecordId;

/**
 * One row of the journal: "this record may differ on the copy". It stays until a transfer that read the record after the
 * row was seen has committed.
 *
 * @param id the row's own number, unique in its journal and never used again; not in commit order
 * @param record which record, or which {@link io.dualwrite.stage.RecordRange range}
 * @param attempts how many transfers of this row failed
 * @param quarantined whether the relay leaves it alone until someone releases it
 */
public record Intent(long id, RecordId record, int attempts, boolean quarantined) {}
