package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.store.ScannableStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the library relies on in a {@link ScannableStore}, beyond {@link StoreContract}. */
public abstract class ScannableStoreContract<R, K> extends StoreContract<R, K> {
    @Override
    protected abstract ScannableStore<R, K> store();

    @Test
    protected void anEmptyStoreListsNothing() throws Exception {
        assertThat(store().keysAfter(null, 10)).isEmpty();
    }

    @Test
    protected void allKeysAreListedInOrderWhateverTheOrderOfSaving() throws Exception {
        fill(5, 2, 4, 1, 3);
        assertThat(store().keysAfter(null, 10)).containsExactly(key(1), key(2), key(3), key(4), key(5));
    }

    @Test
    protected void pagesEndAtTheirLimitAndGoOnAfterTheLastKey() throws Exception {
        fill(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        List<K> all = new ArrayList<>();
        List<K> page = store().keysAfter(null, 3);
        while (!page.isEmpty()) {
            assertThat(page).hasSizeLessThanOrEqualTo(3);
            assertThat(all).as("pages that go on for ever").hasSizeLessThan(11);
            all.addAll(page);
            page = store().keysAfter(page.get(page.size() - 1), 3);
        }
        assertThat(all).hasSize(11).doesNotHaveDuplicates().startsWith(key(1)).endsWith(key(11));
    }

    @Test
    protected void theKeyToGoOnAfterNeedNotBeThereAnyMore() throws Exception {
        fill(1, 2, 3);
        store().delete(key(2));
        assertThat(store().keysAfter(key(2), 10)).containsExactly(key(3));
    }

    @Test
    protected void afterTheLastKeyThereIsNothing() throws Exception {
        fill(1, 2);
        assertThat(store().keysAfter(key(2), 10)).isEmpty();
    }

    private void fill(int... numbers) throws Exception {
        for (int number : numbers) {
            store().save(record(number, 1));
        }
    }
}
