package io.dualwrite.command;

import io.dualwrite.stage.Stage;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A command line that makes sense.
 *
 * @param word the command
 * @param stage where to, for the command that says so; null for all others
 * @param given the options with their values, empty for those without
 */
record Arguments(Word word, @Nullable Stage stage, Map<Option, String> given) {
    private static final int LONGEST_WAIT = 86_400;
    private static final int MOST = 10_000;
    private static final int MOST_RECENT = 1_000_000;

    Arguments {
        given = Map.copyOf(given);
    }

    /** Understands a command line, or tells what is wrong with it. */
    static Arguments of(String... args) throws UsageException {
        Deque<String> left = new ArrayDeque<>(List.of(args));
        String first = left.poll();
        if (first == null) {
            throw new UsageException("There is no command");
        }
        if (first.equals("--help") || first.equals("-h")) {
            first = Word.HELP.word();
        }
        Word word = word(first);
        Stage stage = word == Word.MOVE ? stage(left.poll()) : null;
        Map<Option, String> given = new EnumMap<>(Option.class);
        for (String next = left.poll(); next != null; next = left.poll()) {
            int equals = next.startsWith("--") ? next.indexOf('=') : -1;
            Option option = option(word, equals < 0 ? next : next.substring(0, equals));
            String value = equals < 0 ? null : next.substring(equals + 1);
            if (!option.hasValue() && value != null) {
                throw new UsageException(option.word() + " takes no value");
            }
            if (option.hasValue() && value == null) {
                value = left.poll();
            }
            if (option.hasValue() && (value == null || value.isBlank())) {
                throw new UsageException("A value is missing: " + option.usage());
            }
            if (given.put(option, value == null ? "" : value) != null) {
                throw new UsageException(option.word() + " is there twice");
            }
        }
        return new Arguments(word, stage, given).checked();
    }

    boolean has(Option option) {
        return given.containsKey(option);
    }

    /** Who answers for it, or null when nobody was named. */
    @Nullable String by() {
        return given.get(Option.BY);
    }

    int waitSeconds() {
        return number(Option.WAIT, 0);
    }

    int passes() {
        return number(Option.PASSES, 5);
    }

    int most() {
        return number(Option.MOST, 20);
    }

    /** After how many confirmed differences to end, or 0 to go to the end. */
    int stop() {
        return number(Option.STOP, 0);
    }

    /** How many recent records to look at, or 0 to look at others. */
    int recent() {
        return number(Option.RECENT, 0);
    }

    /** The share of a sample, or 0 to look at everything. */
    double sample() {
        String text = given.get(Option.SAMPLE);
        return text == null ? 0 : Double.parseDouble(text);
    }

    /** The seed of a sample; another one each time where none was given. */
    long seed() {
        String text = given.get(Option.SEED);
        return text == null ? ThreadLocalRandom.current().nextLong(Integer.MAX_VALUE) : Long.parseLong(text);
    }

    /** An option's value, or null where it was not given. */
    @Nullable String value(Option option) {
        return given.get(option);
    }

    /** How progress is to be shown, or null when nothing was said about it. */
    ProgressView.@Nullable Form progress() {
        String how = given.get(Option.PROGRESS);
        return how == null ? null : ProgressView.Form.of(how);
    }

    private int number(Option option, int byDefault) {
        String text = given.get(option);
        return text == null ? byDefault : Integer.parseInt(text);
    }

    private Arguments checked() throws UsageException {
        within(Option.WAIT, 0, LONGEST_WAIT);
        within(Option.PASSES, 1, MOST);
        within(Option.MOST, 1, MOST);
        within(Option.STOP, 1, Integer.MAX_VALUE);
        within(Option.RECENT, 1, MOST_RECENT);
        within(Option.SEED, 0, Integer.MAX_VALUE);
        checkScope();
        String how = given.get(Option.PROGRESS);
        if (how != null && ProgressView.Form.of(how) == null) {
            throw new UsageException("--progress is bar, lines or none, not " + how);
        }
        if (has(Option.FORCE) && !has(Option.BY) && !has(Option.DRY_RUN)) {
            throw new UsageException("--force needs --by WHO: somebody has to answer for what it may lose");
        }
        if (has(Option.FORCE) && has(Option.WAIT)) {
            throw new UsageException("--force does not wait");
        }
        return this;
    }

    private void checkScope() throws UsageException {
        boolean range = has(Option.TYPE);
        if (!range && (has(Option.FROM) || has(Option.TO))) {
            throw new UsageException("--from and --to need --type TYPE: keys are those of one record type");
        }
        if ((range ? 1 : 0) + (has(Option.SAMPLE) ? 1 : 0) + (has(Option.RECENT) ? 1 : 0) > 1) {
            throw new UsageException("--type, --sample and --recent are different parts to look at; say one of them");
        }
        if (has(Option.IN_DATABASES) && (has(Option.SAMPLE) || has(Option.RECENT))) {
            throw new UsageException("--in-databases is for everything or a range, not for --sample or --recent");
        }
        if (has(Option.SEED) && !has(Option.SAMPLE)) {
            throw new UsageException("--seed needs --sample SHARE");
        }
        String share = given.get(Option.SAMPLE);
        if (share != null && !isShare(share)) {
            throw new UsageException("--sample is a share above 0 and up to 1, such as 0.01, not " + share);
        }
    }

    private static boolean isShare(String text) {
        try {
            double share = Double.parseDouble(text);
            return share > 0 && share <= 1;
        } catch (NumberFormatException noNumber) {
            return false;
        }
    }

    private void within(Option option, int least, int most) throws UsageException {
        String text = given.get(option);
        if (text == null) {
            return;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return;
            }
        } catch (NumberFormatException noNumber) {
            // Told below, as a number that is too large is.
        }
        throw new UsageException(option.word() + " is a number from " + least + " to " + most + ", not " + text);
    }

    private static Word word(String text) throws UsageException {
        return Arrays.stream(Word.values())
                .filter(each -> each.word().equals(text))
                .findFirst()
                .orElseThrow(() -> new UsageException("There is no command " + text));
    }

    private static Option option(Word word, String text) throws UsageException {
        return Arrays.stream(Option.values())
                .filter(each -> each.word().equals(text) && word.takes(each))
                .findFirst()
                .orElseThrow(() -> new UsageException(word.word() + " does not understand " + text));
    }

    private static Stage stage(@Nullable String text) throws UsageException {
        if (text == null) {
            throw new UsageException("The stage is missing: " + Word.MOVE.usage());
        }
        try {
            return Stage.parse(text);
        } catch (IllegalArgumentException unknown) {
            throw new UsageException(String.valueOf(unknown.getMessage()));
        }
    }
}
