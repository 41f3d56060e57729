package io.dualwrite.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.stage.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {
    @ParameterizedTest
    @EnumSource(Word.class)
    void everyCommandIsUnderstoodWithAllItsOptions(Word word) throws UsageException {
        StringBuilder line = new StringBuilder(word.usage().replace("STAGE", "rampdown"));
        for (Option option : word.options()) {
            if (!isRivalOfOthers(word, option)) {
                line.append(' ')
                        .append(option.usage()
                                .replace("WHO", "somebody")
                                .replace("NUMBER", "7")
                                .replace("SECONDS", "9")
                                .replace("TYPE", "orders")
                                .replace("KEY", "12")
                                .replace("HOW", "lines"));
            }
        }
        Arguments understood = Arguments.of((line + " --machine").split(" "));

        assertThat(understood.word()).isEqualTo(word);
        assertThat(understood.stage()).isEqualTo(word == Word.MOVE ? Stage.RAMP_DOWN : null);
        assertThat(understood.has(Option.MACHINE)).isTrue();
        assertThat(understood.by()).isEqualTo(word.takes(Option.BY) ? "somebody" : null);
        assertThat(understood.passes()).isEqualTo(word.takes(Option.PASSES) ? 7 : 5);
        assertThat(understood.most()).isEqualTo(word.takes(Option.MOST) ? 7 : 20);
        assertThat(understood.progress()).isEqualTo(word.takes(Option.PROGRESS) ? ProgressView.Form.LINES : null);
    }

    /** What makes no sense with all the other options of the command. */
    private static boolean isRivalOfOthers(Word word, Option option) {
        return switch (word) {
            case ROLLBACK -> option == Option.WAIT;
            case VERIFY -> option == Option.SAMPLE || option == Option.SEED || option == Option.RECENT;
            default -> false;
        };
    }

    @Test
    void whatAVerificationLooksAtIsUnderstood() throws UsageException {
        Arguments range = Arguments.of("verify", "--type", "orders", "--from=-3", "--to", "9", "--stop", "2");
        assertThat(range.value(Option.FROM)).isEqualTo("-3");
        assertThat(range.stop()).isEqualTo(2);
        Arguments sample = Arguments.of("verify", "--sample", "0.01", "--seed", "42");
        assertThat(sample.sample()).isEqualTo(0.01);
        assertThat(sample.seed()).isEqualTo(42);
        assertThat(Arguments.of("verify", "--sample", "1").seed()).isNotNegative();
        assertThat(Arguments.of("verify", "--recent", "100000").recent()).isEqualTo(100_000);
    }

    @Test
    void aValueMayFollowAnEqualsSign() throws UsageException {
        Arguments understood = Arguments.of("flip", "--by=a team = ours", "--wait=9");
        assertThat(understood.by()).isEqualTo("a team = ours");
        assertThat(understood.waitSeconds()).isEqualTo(9);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "fly",
                "FLIP",
                "--machine",
                "move",
                "move frozen",
                "move --by x",
                "flip now",
                "flip --by",
                "flip --by=",
                "flip --by x --by y",
                "flip --dry-run=yes",
                "flip --force",
                "flip --wait soon",
                "flip --wait -1",
                "flip --wait 99999999999999",
                "repair --passes 0",
                "verify --passes 3",
                "verify --stop 0",
                "verify --from 3",
                "verify --to 3",
                "verify --sample 0",
                "verify --sample 1.01",
                "verify --sample NaN",
                "verify --sample some",
                "verify --seed 3",
                "verify --sample 0.1 --seed -1",
                "verify --recent 0",
                "verify --recent 9 --sample 0.5",
                "verify --type orders --recent 9",
                "verify --type orders --sample 0.5",
                "repair --stop 1",
                "repair --sample 0.5",
                "backfill --type orders",
                "verify --progress dots",
                "status --wait 3",
                "rollback --force",
                "rollback --force --by x --wait 3"
            })
    void whatMakesNoSenseIsRefused(String line) {
        String[] args = line.isEmpty() ? new String[0] : line.split(" ");
        assertThatThrownBy(() -> Arguments.of(args))
                .isInstanceOf(UsageException.class)
                .message()
                .isNotBlank();
    }

    @Test
    void helpIsAskedForInEveryUsualWay() throws UsageException {
        for (String asked : new String[] {"help", "--help", "-h"}) {
            assertThat(Arguments.of(asked).word()).isEqualTo(Word.HELP);
        }
    }
}
