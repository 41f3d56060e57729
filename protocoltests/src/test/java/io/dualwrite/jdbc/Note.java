package io.dualwrite.jdbc;

import io.dualwrite.store.KeyCodecs;
import io.dualwrite.store.RecordType;

/** The record of tests over plain stores: a number and a text. */
record Note(Long id, String text) {
    static final RecordType<Note, Long> TYPE =
            new RecordType<>("note", Note.class, Long.class, KeyCodecs.of(Long.class), Note::id);
}
