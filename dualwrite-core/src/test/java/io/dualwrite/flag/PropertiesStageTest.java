package io.dualwrite.flag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PropertiesStageTest {
    @TempDir
    Path folder;

    private Path file;
    private PropertiesStage stage;

    @BeforeEach
    void file() {
        file = folder.resolve("stages.properties");
        stage = new PropertiesStage(file, "orders");
    }

    @Test
    void anEditedFileIsReadAgain() throws IOException {
        Files.writeString(file, "orders=shadow\n");
        assertThat(stage.wish()).isEqualTo(Stage.SHADOW);
        Files.writeString(file, "orders=rampdown\n");
        assertThat(stage.wish()).isEqualTo(Stage.RAMP_DOWN);
    }

    @Test
    void aFileOfTheSameSizeIsReadAgainWhenItIsNewer() throws IOException {
        Files.writeString(file, "orders=live\nx=12");
        assertThat(stage.wish()).isEqualTo(Stage.LIVE);
        Files.writeString(file, "orders=off\nx=123");
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
        assertThat(stage.wish()).isEqualTo(Stage.OFF);
    }

    @Test
    void anUnchangedFileIsNotReadAgain() throws IOException {
        Files.writeString(file, "orders=live\nx=12");
        FileTime time = Files.getLastModifiedTime(file);
        assertThat(stage.wish()).isEqualTo(Stage.LIVE);
        Files.writeString(file, "orders=off\nx=123");
        Files.setLastModifiedTime(file, time);
        assertThat(stage.wish()).isEqualTo(Stage.LIVE);
    }

    @Test
    void aMissingFileIsAFailureAndAMissingKeyIsUnknown() throws IOException {
        assertThatThrownBy(stage::wish).isInstanceOf(NoSuchFileException.class);
        Files.writeString(file, "customers=live\n");
        assertThat(stage.wish()).isNull();
    }

    @Test
    void aStageNobodyKnowsIsAFailureEachTime() throws IOException {
        Files.writeString(file, "orders=forwards\n");
        assertThatThrownBy(stage::wish).hasMessageContaining("forwards");
        assertThatThrownBy(stage::wish).hasMessageContaining("forwards");
    }
}
