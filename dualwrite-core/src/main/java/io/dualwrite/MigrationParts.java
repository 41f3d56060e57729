package io.dualwrite;

import io.dualwrite.fence.Control;
import io.dualwrite.fence.FenceContext;
import io.dualwrite.fence.Transactions;
import io.dualwrite.journal.Journal;
import io.dualwrite.repair.Carrier;
import io.dualwrite.repair.Checkpoints;
import io.dualwrite.repair.Confirmation;
import io.dualwrite.repair.Generators;
import io.dualwrite.repair.Preflight;
import io.dualwrite.repair.Scan;
import io.dualwrite.stage.Sides;
import io.dualwrite.store.RecordType;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a kind of store brings to a migration: one implementation of each extension point.
 *
 * @param types the record types, parents before children
 * @param controls the control row of each side
 * @param journals the journal beside each side
 * @param transactions makes the fenced transactions
 * @param carrier the copy's part of a transfer
 * @param confirmation tells real differences
 * @param scan lists records; null when the stores cannot, and then there is no backfill, no verification, and no gate
 *     about either
 * @param checkpoints kept beside the target
 * @param preflight what must be true of the stores
 * @param generators the generators of keys
 */
public record MigrationParts(
        List<RecordType<?, ?>> types,
        Sides<Control> controls,
        Sides<Journal> journals,
        Function<FenceContext, Transactions> transactions,
        Carrier carrier,
        Confirmation confirmation,
        @Nullable Scan scan,
        Checkpoints checkpoints,
        Preflight preflight,
        Generators generators) {
    public MigrationParts {
        types = List.copyOf(types);
    }
}
