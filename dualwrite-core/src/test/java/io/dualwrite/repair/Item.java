package io.dualwrite.repair;

import io.dualwrite.stage.RecordId;
import io.dualwrite.store.KeyCodecs;
import io.dualwrite.store.RecordType;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** The record that the tests of this package migrate. */
public record Item(long id, String text) {
    public static final RecordType<Item, Long> TYPE =
            new RecordType<>("item", Item.class, Long.class, KeyCodecs.of(Long.class), Item::id);

    public static RecordId record(long id) {
        return TYPE.id(id);
    }

    public static Set<RecordId> records(long... ids) {
        return LongStream.of(ids).mapToObj(Item::record).collect(Collectors.toSet());
    }
}
