package io.dualwrite.jdbc;

import io.dualwrite.repair.Scan.Print;
import io.dualwrite.repair.Scan.Prints;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Prints that a thread of their own reads a little ahead, so that both sides are read at the same time, while what was read
 * is compared. The first ones are read by whoever asks for them: a short range is not worth a thread. At most {@value
 * #BLOCKS} blocks of {@value #BLOCK_ROWS} prints are kept. Belongs to one thread at a time.
 */
final class PrintsAhead implements Prints {
    private static final int BLOCKS = 4;
    private static final int BLOCK_ROWS = 250;

    private final Prints prints;
    private final String name;
    private final BlockingQueue<Block> ready = new ArrayBlockingQueue<>(BLOCKS);
    private int left;
    private Iterator<Print> block = List.<Print>of().iterator();
    private @Nullable Thread reader;
    private volatile boolean stopped;
    private boolean ended;

    /**
     * Some prints one after the other.
     *
     * @param failure what kept it from reading more
     * @param last whether no block comes after it
     */
    private record Block(List<Print> prints, @Nullable Throwable failure, boolean last) {}

    /** The thread gets that name, once so many prints have been read without it. */
    PrintsAhead(Prints prints, int without, String name) {
        this.prints = prints;
        this.left = without;
        this.name = name;
    }

    @Override
    public boolean hasNext() {
        while (!block.hasNext() && !ended) {
            if (left > 0) {
                left--;
                ended = !prints.hasNext();
                block = ended ? block : List.of(prints.next()).iterator();
            } else {
                take();
            }
        }
        return block.hasNext();
    }

    @Override
    public Print next() {
        if (!hasNext()) {
            throw new NoSuchElementException("No more records");
        }
        return block.next();
    }

    private void take() {
        if (reader == null) {
            Thread thread = new Thread(this::readAhead, name);
            thread.setDaemon(true);
            thread.start();
            reader = thread;
        }
        try {
            Block next = ready.take();
            block = next.prints().iterator();
            ended = next.last();
            if (next.failure() instanceof Error error) {
                throw error;
            } else if (next.failure() instanceof RuntimeException failure) {
                throw failure;
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for records to be read", interrupted);
        }
    }

    private void readAhead() {
        boolean more = true;
        while (more && !stopped) {
            List<Print> read = new ArrayList<>(BLOCK_ROWS);
            Throwable failure = null;
            try {
                while (read.size() < BLOCK_ROWS && prints.hasNext()) {
                    read.add(prints.next());
                }
                more = read.size() == BLOCK_ROWS;
            } catch (RuntimeException | Error thrown) {
                failure = thrown;
                more = false;
            }
            try {
                ready.put(new Block(read, failure, !more));
            } catch (InterruptedException nobodys) {
                // Nobody has this thread to interrupt it; whoever waits for more must not wait for ever.
                more = false;
                ready.clear();
                ready.add(new Block(List.of(), new IllegalStateException("Reading was interrupted", nobodys), true));
            }
        }
    }

    /** Waits until the thread has ended, which takes as long as what it has begun to read. */
    @Override
    public void close() {
        ended = true;
        stopped = true;
        block = List.<Print>of().iterator();
        Thread thread = reader;
        if (thread != null) {
            // From here on it puts one more block at most, for which there is room then.
            ready.clear();
            join(thread);
        }
        prints.close();
    }

    /** Never interrupted: some databases in this process close their files when a thread that reads them is. */
    private static void join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
