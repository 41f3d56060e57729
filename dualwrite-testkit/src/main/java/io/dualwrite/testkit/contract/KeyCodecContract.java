package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.store.KeyCodec;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the library relies on in a {@link KeyCodec}. */
public abstract class KeyCodecContract<K> {
    /** The codec under test. */
    protected abstract KeyCodec<K> codec();

    /** At least three different keys, the odd ones among them, in the order in which the stores list them. */
    protected abstract List<K> keysInOrder();

    @Test
    protected void whatWasEncodedDecodesToAnEqualKey() {
        for (K key : keysInOrder()) {
            assertThat(codec().decode(codec().encode(key))).isEqualTo(key);
        }
    }

    @Test
    protected void differentKeysHaveDifferentTextsOfAtMost400Characters() {
        Set<String> texts = new HashSet<>();
        for (K key : keysInOrder()) {
            String text = codec().encode(key);
            assertThat(text).hasSizeLessThanOrEqualTo(400);
            assertThat(texts.add(text))
                    .as("'%s' is the text of one key only", text)
                    .isTrue();
        }
    }

    @Test
    protected void equalKeysHaveEqualTexts() {
        for (K key : keysInOrder()) {
            K copy = codec().decode(codec().encode(key));
            assertThat(codec().encode(copy)).isEqualTo(codec().encode(key));
        }
    }

    @Test
    protected void theOrderIsTotalAndIsTheStores() {
        List<K> keys = keysInOrder();
        assertThat(keys).hasSizeGreaterThanOrEqualTo(3);
        for (int left = 0; left < keys.size(); left++) {
            for (int right = 0; right < keys.size(); right++) {
                assertThat(Integer.signum(codec().compare(keys.get(left), keys.get(right))))
                        .as("%s against %s", keys.get(left), keys.get(right))
                        .isEqualTo(Integer.compare(left, right));
            }
        }
    }
}
