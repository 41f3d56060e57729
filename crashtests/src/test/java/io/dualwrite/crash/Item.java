package io.dualwrite.crash;

import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.Table;
import io.dualwrite.stage.Side;

/** The record that moves: a key, a value that is never used twice, and something to carry. */
record Item(long id, String value, String pad) {
    static final String MIGRATION = "crash";

    static final Table<Item, Long> TABLE = Jdbc.table("item", Item.class, Long.class)
            .key(Item::id)
            .keyColumns("id")
            .to("item_v2")
            .targetKeyColumns("item_id")
            .mapping(
                    row -> row.rename("id", "item_id").rename("val", "body"),
                    row -> row.rename("item_id", "id").rename("body", "val"))
            .harmlessTriggers("note_item", "note_item_insert", "note_item_update", "note_item_delete");

    static String table(Side side) {
        return side == Side.ORIGIN ? "item" : "item_v2";
    }

    static String key(Side side) {
        return side == Side.ORIGIN ? "id" : "item_id";
    }

    static String value(Side side) {
        return side == Side.ORIGIN ? "val" : "body";
    }
}
