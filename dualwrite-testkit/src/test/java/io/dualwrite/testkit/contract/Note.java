package io.dualwrite.testkit.contract;

import io.dualwrite.store.KeyCodecs;
import io.dualwrite.store.RecordType;

/** The record of the tests: a number and a text. */
public record Note(Long id, String text) {
    public static final RecordType<Note, Long> TYPE =
            new RecordType<>("note", Note.class, Long.class, KeyCodecs.of(Long.class), Note::id);
}
