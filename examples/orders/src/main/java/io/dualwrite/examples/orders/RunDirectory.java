package io.dualwrite.examples.orders;

import io.dualwrite.examples.orders.ledger.WholeFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Where a run keeps everything: both databases, the ledger, and how far it has come. */
final class RunDirectory {
    private static final String KEPT = "run.txt";

    private final Path path;
    private final boolean temporary;

    private RunDirectory(Path path, boolean temporary) {
        this.path = path;
        this.temporary = temporary;
    }

    static RunDirectory open(Options options) throws IOException {
        Path wanted = options.directory();
        if (wanted == null) {
            return begin(new RunDirectory(Files.createTempDirectory("dualwrite-orders-"), true), options);
        }
        RunDirectory directory = new RunDirectory(Files.createDirectories(wanted), false);
        boolean begun = Files.exists(wanted.resolve(KEPT));
        return options.resume() && begun ? directory : begin(directory, options);
    }

    /** What the run in a directory was started with; nothing when it was killed before it had begun. */
    static Map<String, String> kept(Path directory) {
        Map<String, String> kept = new HashMap<>();
        for (String line : lines(directory.resolve(KEPT))) {
            int space = line.indexOf(' ');
            kept.put(line.substring(0, space), line.substring(space + 1));
        }
        return kept;
    }

    Path path() {
        return path;
    }

    Path ledger() {
        return path.resolve("ledger.txt");
    }

    Path log() {
        return path.resolve("job.log");
    }

    /** The names of the steps that have ended. */
    Path steps() {
        return path.resolve("steps.txt");
    }

    /** Removes everything, if nobody asked for the directory. */
    void removeIfTemporary() {
        if (!temporary) {
            return;
        }
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The temporary directory " + path + " could not be removed", e);
        }
    }

    private static RunDirectory begin(RunDirectory directory, Options options) throws IOException {
        try (Stream<Path> there = Files.list(directory.path)) {
            if (there.anyMatch(file -> !file.endsWith(KEPT + ".new"))) {
                throw new UsageException(directory.path
                        + " is not empty: choose another --dir, or continue the run that is there with --resume");
            }
        }
        StringBuilder kept = new StringBuilder();
        options.kept()
                .forEach((name, value) ->
                        kept.append(name).append(' ').append(value).append('\n'));
        WholeFile.write(directory.path.resolve(KEPT), kept.toString());
        return directory;
    }

    private static List<String> lines(Path file) {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
