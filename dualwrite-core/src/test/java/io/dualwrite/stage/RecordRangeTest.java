package io.dualwrite.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.store.KeyCodecs;
import io.dualwrite.store.RecordType;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordRangeTest {
    private static final RecordType<Object, Long> ITEMS =
            new RecordType<>("item", Object.class, Long.class, KeyCodecs.of(Long.class), item -> 1L);

    @Test
    void everyRangeComesBackFromItsIdentity() {
        List<@Nullable String> bounds = Arrays.asList(null, "", "-", "=", "3:abc", "a=b", "12", "ü|-=");
        for (String first : bounds) {
            for (String last : bounds) {
                RecordRange range = new RecordRange("item", first, last);
                assertThat(range.id().isRange()).isTrue();
                assertThat(RecordRange.of(range.id())).isEqualTo(range);
            }
        }
    }

    @Test
    void differentRangesHaveDifferentIdentitiesAndNoneIsARecords() {
        assertThat(new RecordRange("item", "1", "23").id()).isNotEqualTo(new RecordRange("item", "12", "3").id());
        assertThat(ITEMS.id(1L).isRange()).isFalse();
        assertThatThrownBy(() -> RecordRange.of(ITEMS.id(1L))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void boundsThatAreTooLongAreLeftOutSoThatItCoversMore() {
        String longest = "x".repeat(390);
        assertThat(RecordRange.of(new RecordRange("item", longest, "y").id()).first())
                .isEqualTo(longest);
        assertThat(RecordRange.of(new RecordRange("item", longest, longest).id()))
                .isEqualTo(new RecordRange("item", longest, null));
        assertThat(RecordRange.of(new RecordRange("item", "x".repeat(400), "y").id()))
                .isEqualTo(RecordRange.all("item"));
        assertThat(new RecordRange("item", longest, longest).id().key().length())
                .isLessThanOrEqualTo(400);
    }

    @Test
    void itCoversWhatLiesBetweenItsBoundsInTheOrderOfKeys() {
        RecordRange range = ITEMS.between(12L, 9L);
        assertThat(List.of(8L, 9L, 10L, 12L, 13L, 100L))
                .filteredOn(key -> ITEMS.isIn(range, ITEMS.id(key)))
                .containsExactly(9L, 10L, 12L);
        assertThat(ITEMS.isIn(ITEMS.all(), ITEMS.id(-5L))).isTrue();
        assertThat(ITEMS.isIn(ITEMS.all(), new RecordId("other", "1"))).isFalse();
    }

    @Test
    void noRecordTypeIsNamedLikeARange() {
        assertThatThrownBy(() ->
                        new RecordType<>("item[]", Object.class, Long.class, KeyCodecs.of(Long.class), item -> 1L))
                .hasMessageContaining("[]");
    }

    @Test
    void itsTextShowsNoKeys() {
        assertThat(new RecordRange("item", "secret", "hidden").toString()).isEqualTo("item[a key..a key]");
        assertThat(RecordRange.all("item").toString()).isEqualTo("item[..]");
    }
}
