package io.dualwrite.examples.orders.ledger;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What was intended before a call and acknowledged after it, one entry a line, appended to a file.
 *
 * <p>An entry is one {@code write} to the operating system, which keeps it when this process is killed: from that moment
 * the entry is outside the process under test. (It is not forced to the disk; the machine itself is not under test.) A
 * last line that was cut off is an entry that was not made.
 *
 * <p>Thread-safe; an entry is there when its method returns.
 */
public final class Ledger implements AutoCloseable {
    static final char SESSION = 'B';
    static final char INTENDED = 'I';
    static final char ACKNOWLEDGED = 'A';
    static final char FAILED = 'F';
    static final char STALE = 'S';
    static final char FAILED_READ = 'E';
    static final char MISMATCH = 'M';
    static final char PLANTED = 'P';

    private final FileChannel channel;

    private Ledger(FileChannel channel) {
        this.channel = channel;
    }

    /** Opens the ledger in a file, a new one or one to be continued, and begins a session. */
    public static Ledger open(Path file) {
        try {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            channel.truncate(wholeLines(channel));
            channel.position(channel.size());
            Ledger ledger = new Ledger(channel);
            ledger.write(SESSION + "\n");
            return ledger;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Before the call: what it is meant to do. {@code op} is unique in the ledger. */
    public void intended(String op, int writer, List<Change> changes) {
        write(changes.stream()
                .map(change -> line(
                        INTENDED,
                        op,
                        writer,
                        change.kind(),
                        Lines.id(change.id()),
                        change.revision(),
                        Lines.text(change.after())))
                .collect(Collectors.joining()));
    }

    /** After the call: it returned, after so long; the ids are those of the changes, in their order. */
    public void acknowledged(String op, long micros, List<Long> ids) {
        write(line(ACKNOWLEDGED, op, micros, ids.stream().map(String::valueOf).collect(Collectors.joining(","))));
    }

    /** After the call: it threw. */
    public void failed(String op, Throwable thrown) {
        write(line(FAILED, op, oneLine(thrown.toString())));
    }

    /** A read threw. */
    public void failedRead(Throwable thrown) {
        write(line(FAILED_READ, oneLine(thrown.toString())));
    }

    /** A read gave something older than it may, or both sides differ at rest. */
    public void stale(Ref ref, String why) {
        write(line(STALE, ref.kind(), ref.id(), oneLine(why)));
    }

    /** A record is about to be made different on the copy, on purpose. */
    public void planted(Ref ref) {
        write(line(PLANTED, ref.kind(), ref.id()));
    }

    /** The migration confirmed that a record differs. */
    public void mismatch(Ref ref) {
        write(line(MISMATCH, ref.kind(), ref.id()));
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String line(char entry, Object... fields) {
        StringBuilder line = new StringBuilder().append(entry);
        for (Object field : fields) {
            line.append('\t').append(field);
        }
        return line.append('\n').toString();
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ");
    }

    private synchronized void write(String lines) {
        ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8));
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The ledger cannot be written; the run proves nothing without it", e);
        }
    }

    /** Where the last whole line ends. */
    private static long wholeLines(FileChannel channel) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        for (long end = channel.size(); end > 0; end--) {
            channel.read(one.clear(), end - 1);
            if (one.get(0) == '\n') {
                return end;
            }
        }
        return 0;
    }
}
