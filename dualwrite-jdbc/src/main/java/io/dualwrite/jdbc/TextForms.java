package io.dualwrite.jdbc;

import java.util.Set;

/**
 * Columns whose text has more than one form that means the same.
 *
 * @param padded names of columns whose trailing blanks mean nothing
 * @param json names of columns that hold JSON on a side, in which order and spacing mean nothing
 */
record TextForms(Set<String> padded, Set<String> json) {
    /** Every text means itself. */
    static final TextForms PLAIN = new TextForms(Set.of(), Set.of());

    TextForms {
        padded = Set.copyOf(padded);
        json = Set.copyOf(json);
    }

    /** The one form of the column's text. */
    String canonical(String column, String text) {
        if (json.contains(column)) {
            return JsonText.canonical(text);
        }
        return padded.contains(column) ? text.replaceFirst(" +\\z", "") : text;
    }
}
