package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.repair.Checkpoint;
import io.dualwrite.repair.Checkpoints;
import org.junit.jupiter.api.Test;

/** What the library relies on in {@link Checkpoints}. Each test wants new ones. */
public abstract class CheckpointsContract {
    /** The checkpoints under test, always the same ones within a test. */
    protected abstract Checkpoints checkpoints();

    @Test
    protected void whatWasNeverSavedIsNotThere() {
        assertThat(checkpoints().find(Checkpoint.BACKFILL, "order", 1)).isEmpty();
    }

    @Test
    protected void whatWasSavedIsFound() {
        Checkpoint saved = new Checkpoint(Checkpoint.BACKFILL, "order", 1, "key ü|'", 42, false);
        checkpoints().save(saved);
        assertThat(checkpoints().find(Checkpoint.BACKFILL, "order", 1)).contains(saved);
    }

    @Test
    protected void aCheckpointBeforeTheFirstKeyIsKept() {
        Checkpoint saved = new Checkpoint(Checkpoint.CLEAN_PASS, "order", 1, null, 0, true);
        checkpoints().save(saved);
        assertThat(checkpoints().find(Checkpoint.CLEAN_PASS, "order", 1)).contains(saved);
    }

    @Test
    protected void savingAgainReplaces() {
        checkpoints().save(new Checkpoint(Checkpoint.BACKFILL, "order", 1, "a", 1, false));
        Checkpoint later = new Checkpoint(Checkpoint.BACKFILL, "order", 1, "b", 2, true);
        checkpoints().save(later);
        checkpoints().save(later);
        assertThat(checkpoints().find(Checkpoint.BACKFILL, "order", 1)).contains(later);
    }

    @Test
    protected void jobsTypesAndGenerationsAreKeptApart() {
        checkpoints().save(new Checkpoint(Checkpoint.BACKFILL, "order", 1, "a", 1, true));
        assertThat(checkpoints().find(Checkpoint.BACKFILL, "order", 2)).isEmpty();
        assertThat(checkpoints().find(Checkpoint.CLEAN_PASS, "order", 1)).isEmpty();
        assertThat(checkpoints().find(Checkpoint.BACKFILL, "customer", 1)).isEmpty();
    }
}
