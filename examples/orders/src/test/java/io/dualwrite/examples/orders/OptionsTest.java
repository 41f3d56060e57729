package io.dualwrite.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
    @Test
    void everythingHasADefaultAndTheSeedIsDrawn() {
        Options options = Options.parse();

        assertThat(options.tpch().scale()).isEqualTo(0.1);
        assertThat(options.tpch().orderCount()).isEqualTo(150_000);
        assertThat(options.naive()).isFalse();
        assertThat(options.postgres()).isFalse();
        assertThat(options.seed()).isPositive();
    }

    @Test
    void valuesFollowAnEqualsSignOrABlank() {
        Options options = Options.parse("--scale=0.01", "--seed", "7", "--naive");

        assertThat(options.tpch().scale()).isEqualTo(0.01);
        assertThat(options.seed()).isEqualTo(7);
        assertThat(options.naive()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--sclae=1 | Unknown option '--sclae=1'",
                "scale     | Unknown option 'scale'",
                "--scale=x | --scale is a number, not 'x'",
                "--scale=0 | --scale is 0.001 to 10.0, not 0",
                "--seed    | --seed needs a value",
                "--target=oracle | --target is h2 or postgres, not 'oracle'",
                "--writers=0 | --writers is 1 to 32, not 0",
                "--resume  | --resume needs --dir"
            })
    void whatIsWrongIsSaid(String argument, String message) {
        assertThatThrownBy(() -> Options.parse(argument))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void aContinuedRunKeepsWhatItWasStartedWith(@TempDir Path directory) throws Exception {
        RunDirectory.open(Options.parse("--dir", directory.toString(), "--scale", "0.01", "--seed", "7"));

        Options continued = Options.parse("--dir", directory.toString(), "--resume");

        assertThat(continued.tpch().scale()).isEqualTo(0.01);
        assertThat(continued.seed()).isEqualTo(7);
        assertThatThrownBy(() -> Options.parse("--dir", directory.toString(), "--resume", "--seed", "8"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("has --seed 7, not 8");
    }

    @Test
    void aDirectoryThatIsNotEmptyIsLeftAlone(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("thesis.txt"), "years of work");
        ByteArrayOutputStream said = new ByteArrayOutputStream();

        int exitCode = Main.run(new PrintStream(said, true, StandardCharsets.UTF_8), "--dir", directory.toString());

        assertThat(exitCode).isEqualTo(2);
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("is not empty");
        assertThat(directory).isDirectoryContaining(file -> file.endsWith("thesis.txt"));
    }

    @Test
    void aRunThatWasKilledBeforeItHadBegunIsBegun(@TempDir Path directory) throws Exception {
        Options options = Options.parse("--resume", "--dir", directory.toString(), "--seed", "9");

        RunDirectory.open(options);

        assertThat(RunDirectory.kept(directory)).containsEntry("seed", "9");
    }
}
