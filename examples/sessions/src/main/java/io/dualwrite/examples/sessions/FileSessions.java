package io.dualwrite.examples.sessions;

import io.dualwrite.store.ScannableStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A key-value store: one file per session in a directory, replaced as a whole. It has no transactions, knows nothing of
 * migrations, and a name of its own for what it keeps of a file ({@code suffix}). Thread-safe.
 */
public final class FileSessions implements ScannableStore<Session, String> {
    private final Path directory;
    private final String suffix;

    public FileSessions(Path directory, String suffix) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.suffix = suffix;
    }

    @Override
    public @Nullable Session find(String id) throws IOException {
        try {
            List<String> lines = Files.readAllLines(file(id));
            return new Session(id, lines.get(0), Integer.parseInt(lines.get(1)));
        } catch (NoSuchFileException none) {
            return null;
        }
    }

    @Override
    public void save(Session session) throws IOException {
        Path written = directory.resolve(UUID.randomUUID() + ".new");
        Files.write(written, List.of(session.user(), Integer.toString(session.clicks())));
        Files.move(written, file(session.id()), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(String id) throws IOException {
        Files.deleteIfExists(file(id));
    }

    @Override
    public List<String> keysAfter(@Nullable String after, int limit) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(suffix))
                    .map(name -> name.substring(0, name.length() - suffix.length()))
                    .filter(id -> after == null || id.compareTo(after) > 0)
                    .sorted()
                    .limit(limit)
                    .toList();
        }
    }

    private Path file(String id) {
        return directory.resolve(id + suffix);
    }
}
