package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.store.Store;
import org.junit.jupiter.api.Test;

/** What the library relies on in a {@link Store}. Each test wants an empty one. */
public abstract class StoreContract<R, K> {
    /** The store under test, always the same one within a test. */
    protected abstract Store<R, K> store();

    /** The key with this number; larger numbers come later in the store's order. */
    protected abstract K key(int number);

    /** The record under {@link #key}; different versions have different contents, equal ones equal. */
    protected abstract R record(int number, int version);

    @Test
    protected void aRecordThatIsNotThereIsNullAndNoError() throws Exception {
        assertThat(store().find(key(1))).isNull();
    }

    @Test
    protected void whatWasSavedIsFound() throws Exception {
        store().save(record(1, 1));
        assertThat(store().find(key(1))).isEqualTo(record(1, 1));
    }

    @Test
    protected void savingReplacesTheWholeRecord() throws Exception {
        store().save(record(1, 1));
        store().save(record(1, 2));
        assertThat(store().find(key(1))).isEqualTo(record(1, 2));
    }

    @Test
    protected void savingTheSameTwiceIsAsSavingItOnce() throws Exception {
        store().save(record(1, 1));
        store().save(record(1, 1));
        assertThat(store().find(key(1))).isEqualTo(record(1, 1));
    }

    @Test
    protected void whatWasDeletedIsGoneAndMayComeBack() throws Exception {
        store().save(record(1, 1));
        store().delete(key(1));
        assertThat(store().find(key(1))).isNull();
        store().save(record(1, 2));
        assertThat(store().find(key(1))).isEqualTo(record(1, 2));
    }

    @Test
    protected void deletingWhatIsNotThereIsNoError() throws Exception {
        store().delete(key(1));
        store().save(record(1, 1));
        store().delete(key(1));
        store().delete(key(1));
        assertThat(store().find(key(1))).isNull();
    }

    @Test
    protected void recordsDoNotTouchEachOther() throws Exception {
        store().save(record(1, 1));
        store().save(record(2, 1));
        store().delete(key(1));
        store().save(record(3, 1));
        assertThat(store().find(key(1))).isNull();
        assertThat(store().find(key(2))).isEqualTo(record(2, 1));
        assertThat(store().find(key(3))).isEqualTo(record(3, 1));
    }
}
