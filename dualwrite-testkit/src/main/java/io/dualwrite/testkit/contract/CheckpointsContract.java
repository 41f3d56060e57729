package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.repair.Checkpoint;
import io.dualwrite.repair.Checkpoints;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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

    @Test
    protected void whatIsDoneIsNotUndoneBySomebodyLate() {
        Checkpoint done = new Checkpoint(Checkpoint.BACKFILL, "order", 1, "b", 2, true);
        checkpoints().save(done);
        checkpoints().save(new Checkpoint(Checkpoint.BACKFILL, "order", 1, "a", 1, false));
        assertThat(checkpoints().find(Checkpoint.BACKFILL, "order", 1)).contains(done);
        Checkpoint next = new Checkpoint(Checkpoint.BACKFILL, "order", 2, "a", 1, false);
        checkpoints().save(next);
        assertThat(checkpoints().find(Checkpoint.BACKFILL, "order", 2)).contains(next);
    }

    @Test
    protected void onlyWhatIsAsExpectedIsReplaced() {
        Checkpoint first = new Checkpoint(Checkpoint.CLEAN_PASS, "order", 1, null, 0, true);
        Checkpoint voided = new Checkpoint(Checkpoint.CLEAN_PASS, "order", 1, null, 1, false);
        assertThat(checkpoints().replace(voided, first)).isFalse();
        assertThat(checkpoints().find(Checkpoint.CLEAN_PASS, "order", 1)).isEmpty();
        assertThat(checkpoints().replace(null, first)).isTrue();
        assertThat(checkpoints().replace(null, voided)).isFalse();
        assertThat(checkpoints().find(Checkpoint.CLEAN_PASS, "order", 1)).contains(first);
        assertThat(checkpoints().replace(first, voided)).isTrue();
        assertThat(checkpoints().replace(first, first)).isFalse();
        assertThat(checkpoints().find(Checkpoint.CLEAN_PASS, "order", 1)).contains(voided);
    }

    @Test
    protected void ofManyThatExpectTheSameExactlyOneReplaces() throws Exception {
        Checkpoint next = new Checkpoint(Checkpoint.CLEAN_PASS, "order", 1, null, 1, false);
        CountDownLatch together = new CountDownLatch(1);
        List<CompletableFuture<Boolean>> attempts = Stream.generate(() -> CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                together.await();
                            } catch (InterruptedException interrupted) {
                                throw new IllegalStateException(interrupted);
                            }
                            return checkpoints().replace(null, next);
                        },
                        task -> new Thread(task).start()))
                .limit(4)
                .toList();
        together.countDown();
        int replaced = 0;
        for (CompletableFuture<Boolean> attempt : attempts) {
            replaced += attempt.get(30, TimeUnit.SECONDS) ? 1 : 0;
        }
        assertThat(replaced).isEqualTo(1);
    }
}
