package io.dualwrite.command;

import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** What can be said, and what the exit codes mean. */
final class Help {
    private static final int OPTIONS_A_LINE = 5;

    private Help() {}

    static String text() {
        StringJoiner lines = new StringJoiner("\n");
        lines.add("usage: COMMAND [OPTION ...]").add("").add("commands:");
        for (Word word : Word.values()) {
            lines.add(line(word.usage(), word.help()));
            List<Option> options = word.options();
            for (int from = 0; from < options.size(); from += OPTIONS_A_LINE) {
                List<Option> some = options.subList(from, Math.min(options.size(), from + OPTIONS_A_LINE));
                StringJoiner each = new StringJoiner("  ");
                some.forEach(option -> each.add("[" + option.usage() + "]"));
                lines.add(line("", each.toString()));
            }
        }
        lines.add("").add("options:");
        for (Option option : Option.values()) {
            lines.add(line(option.usage(), option.help()));
        }
        lines.add("").add("exit codes:");
        lines.add(line("0", "done, and nothing stands against it"));
        lines.add(line("1", "refused, with every reason; or the sides differ"));
        lines.add(line("2", "the command line makes no sense; nothing was touched"));
        lines.add(line("3", "a store was out of reach, or it was stopped, or failed: run it again, it goes on"));
        return lines.toString();
    }

    private static String line(String what, String meaning) {
        return String.format(Locale.ROOT, "  %-18s %s", what, meaning);
    }
}
