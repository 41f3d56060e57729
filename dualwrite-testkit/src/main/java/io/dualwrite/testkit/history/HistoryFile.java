package io.dualwrite.testkit.history;

import io.dualwrite.testkit.history.Operation.Kind;
import io.dualwrite.testkit.history.Operation.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One client process's history, appended to a file that outlives it: every line is handed to the operating system before
 * the call returns, so a killed process loses none (a machine without power does). A transaction that no line ends has an
 * unknown outcome. Thread-safe.
 *
 * <pre>{@code
 * history.begin("n1-7");
 * history.intend("n1-7", Kind.WRITE, "42", "old value", "new value");   // before the statement
 * history.end("n1-7", Outcome.ACKNOWLEDGED);                             // after the commit
 * }</pre>
 */
public final class HistoryFile implements AutoCloseable {
    private static final String NONE = "-";

    private final FileChannel channel;

    private HistoryFile(FileChannel channel) {
        this.channel = channel;
    }

    /** Opens a file to append to. */
    public static HistoryFile append(Path file) throws IOException {
        return new HistoryFile(
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
    }

    /** A transaction begins; to be called before anything is asked of the migration. */
    public void begin(String transaction) {
        line("B", transaction, Long.toString(System.nanoTime()));
    }

    /** What a transaction is about to do; for a read, what it was answered. */
    public void intend(String transaction, Kind kind, String key, @Nullable String seen, @Nullable String value) {
        line("I", transaction, kind.name(), URLEncoder.encode(key, StandardCharsets.UTF_8), code(seen), code(value));
    }

    /** What came of a transaction. */
    public void end(String transaction, Outcome outcome) {
        line("E", transaction, outcome.name(), Long.toString(System.nanoTime()));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** The operations of these files, in no particular order. A last line that was cut off is left out. */
    public static List<Operation> read(List<Path> files) throws IOException {
        List<Operation> all = new ArrayList<>();
        for (Path file : files) {
            Map<String, Open> open = new LinkedHashMap<>();
            String text = Files.readString(file);
            for (String line : text.substring(0, text.lastIndexOf('\n') + 1).split("\n")) {
                if (!line.isEmpty()) {
                    read(line.split("\t", -1), open);
                }
            }
            open.forEach((transaction, each) -> each.addTo(all, transaction));
        }
        return all;
    }

    private static void read(String[] fields, Map<String, Open> open) {
        String transaction = fields[1];
        switch (fields[0]) {
            case "B" -> open.put(transaction, new Open(Long.parseLong(fields[2])));
            case "I" -> open(open, transaction).intended.add(fields);
            case "E" -> {
                open(open, transaction).outcome = Outcome.valueOf(fields[2]);
                open(open, transaction).ended = Long.parseLong(fields[3]);
            }
            default -> throw new IllegalArgumentException("No line of a history begins with " + fields[0]);
        }
    }

    private static Open open(Map<String, Open> all, String transaction) {
        Open open = all.get(transaction);
        if (open == null) {
            throw new IllegalArgumentException("The transaction " + transaction + " was never begun");
        }
        return open;
    }

    /** A transaction as far as it has been read. */
    private static final class Open {
        private final long begun;
        private final List<String[]> intended = new ArrayList<>();
        private Outcome outcome = Outcome.UNKNOWN;
        private long ended = Long.MAX_VALUE;

        Open(long begun) {
            this.begun = begun;
        }

        void addTo(List<Operation> all, String transaction) {
            for (String[] fields : intended) {
                all.add(new Operation(
                        transaction,
                        Kind.valueOf(fields[2]),
                        URLDecoder.decode(fields[3], StandardCharsets.UTF_8),
                        decode(fields[4]),
                        decode(fields[5]),
                        outcome,
                        begun,
                        ended));
            }
        }
    }

    private void line(String... fields) {
        ByteBuffer line = ByteBuffer.wrap((String.join("\t", fields) + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            synchronized (channel) {
                while (line.hasRemaining()) {
                    channel.write(line);
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String code(@Nullable String text) {
        return text == null ? NONE : "=" + URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static @Nullable String decode(String field) {
        return field.equals(NONE) ? null : URLDecoder.decode(field.substring(1), StandardCharsets.UTF_8);
    }
}
