package io.dualwrite.flag;

import io.dualwrite.stage.Stage;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * A wish kept in a properties file (UTF-8), for applications without a feature-flag service. The file is read again when
 * its modification time, its size or the file behind its name has changed, and only when somebody asks. A missing file or
 * a stage nobody knows throws; a missing key is null: for {@link StageLatch} both mean that the last good wish stays.
 * Thread-safe; blocks on the file system.
 */
public final class PropertiesStage implements StageSource {
    private final Path file;
    private final String key;
    private @Nullable Stamp stamp;
    private @Nullable String text;

    public PropertiesStage(Path file, String key) {
        this.file = Objects.requireNonNull(file, "file");
        this.key = Objects.requireNonNull(key, "key");
    }

    @Override
    public synchronized @Nullable Stage wish() throws IOException {
        // Before the contents: a change between the two is then seen as a change next time.
        Stamp now = Stamp.of(file);
        if (!now.equals(stamp)) {
            text = read();
            stamp = now;
        }
        return text == null ? null : Stage.parse(text);
    }

    private @Nullable String read() throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        }
        return properties.getProperty(key);
    }

    private record Stamp(
            FileTime modified, long size, @Nullable Object identity) {
        static Stamp of(Path file) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        }
    }
}
