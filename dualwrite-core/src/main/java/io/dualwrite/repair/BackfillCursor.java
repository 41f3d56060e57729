package io.dualwrite.repair;

import io.dualwrite.fence.Pace;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.store.RecordType;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * One cursor of a backfill over the keys of one record type: lists the next ones in order, from both sides, and transfers
 * exactly those, saving how far it came in the same transaction. Belongs to one thread; blocks.
 */
final class BackfillCursor<K> {
    private final Tools tools;
    private final RecordType<?, K> type;
    private final BackfillProgress progress;
    private final Brakes.Meanwhile goOn;
    private final @Nullable String upTo;
    private final int generation;
    private Checkpoint at;
    private boolean looked;
    private int chunk;

    /** What all cursors of a backfill work with. */
    record Tools(
            Scan scan,
            Checkpoints checkpoints,
            Transfer transfer,
            BackfillSettings settings,
            Brakes brakes,
            Pace pace) {
        /**
         * Does it again, after a rest, until it gets through.
         *
         * @throws BackfillException when it has failed for as long as the settings' patience
         */
        <T> T patiently(RecordType<?, ?> type, Callable<T> step) throws InterruptedException {
            Pace.Deadline end = pace.in(settings.patience());
            while (true) {
                try {
                    return step.call();
                } catch (InterruptedException stop) {
                    throw stop;
                } catch (Exception failure) {
                    if (end.isOver()) {
                        throw new BackfillException(type.name(), 0, settings.patience(), failure);
                    }
                    pace.pause(settings.restAfterFailure());
                }
            }
        }
    }

    /**
     * A cursor over that range.
     *
     * @param goOn called before each step; throws when it is the last one
     */
    BackfillCursor(
            Tools tools,
            RecordType<?, K> type,
            BackfillRanges.Range range,
            BackfillProgress progress,
            Brakes.Meanwhile goOn) {
        this.tools = tools;
        this.type = type;
        this.at = range.begin();
        this.generation = range.begin().generation();
        this.looked = range.known();
        this.upTo = range.upTo();
        this.progress = progress;
        this.goOn = goOn;
        this.chunk = tools.settings().firstChunk();
        if (looked) {
            progress.before(at.rows());
        }
    }

    /** Runs to the end; how many records its checkpoint counts then. */
    long run() throws InterruptedException {
        BackfillSettings settings = tools.settings();
        Pace pace = tools.pace();
        Pace.Deadline patience = pace.in(settings.patience());
        while (!at.done()) {
            try {
                goOn.look();
                if (!looked) {
                    look();
                } else {
                    if (tools.brakes().await(this::waits)) {
                        // Waiting for good reason is no failure, however long.
                        patience = pace.in(settings.patience());
                    }
                    next();
                }
                patience = pace.in(settings.patience());
            } catch (InterruptedException stop) {
                throw stop;
            } catch (NotACopyException moved) {
                throw new IllegalStateException(
                        "The backfill of " + type.name() + " stopped after " + at.rows()
                                + " records: the origin no longer has the authority",
                        moved);
            } catch (Exception failure) {
                if (patience.isOver()) {
                    throw new BackfillException(type.name(), at.rows(), settings.patience(), failure);
                }
                chunk = failure instanceof BrakeFailedException ? chunk : Math.max(1, chunk / 2);
                progress.waits(tools.brakes().reasons());
                pace.pause(settings.restAfterFailure());
            }
        }
        return at.rows();
    }

    private void waits() throws InterruptedException {
        goOn.look();
        progress.waits(tools.brakes().reasons());
    }

    private void look() {
        at = tools.checkpoints().find(at.job(), at.type(), generation).orElse(at);
        progress.before(at.rows());
        looked = true;
    }

    private void next() throws Exception {
        if (Thread.interrupted()) {
            // Between two chunks nothing is half done; drivers do not notice by themselves.
            throw new InterruptedException("The backfill of " + type.name() + " was stopped; run it again to go on");
        }
        List<String> keys = nextKeys();
        if (keys.isEmpty()) {
            Checkpoint end = at(at.position(), at.rows(), true);
            tools.checkpoints().save(end);
            at = end;
            return;
        }
        Set<RecordId> records = new LinkedHashSet<>();
        keys.forEach(key -> records.add(new RecordId(type.name(), key)));
        Checkpoint after = at(keys.get(keys.size() - 1), at.rows() + keys.size(), false);
        long begun = tools.pace().nanos();
        tools.transfer().transfer(Side.ORIGIN, records, after);
        at = after;
        adapt(Duration.ofNanos(tools.pace().nanos() - begun));
        progress.came(keys.size());
    }

    private Checkpoint at(@Nullable String position, long rows, boolean done) {
        return new Checkpoint(at.job(), at.type(), generation, position, rows, done);
    }

    /** The lowest keys of both sides; a page that is full hides what comes after its last key, so the union ends there. */
    private List<String> nextKeys() throws Exception {
        List<String> origin = tools.scan().keysAfter(Side.ORIGIN, type.name(), at.position(), chunk);
        List<String> target = tools.scan().keysAfter(Side.TARGET, type.name(), at.position(), chunk);
        return union(origin, target).stream().limit(chunk).filter(this::isMine).toList();
    }

    private Collection<String> union(List<String> origin, List<String> target) {
        if (target.isEmpty() || origin.isEmpty()) {
            return target.isEmpty() ? origin : target;
        }
        // Decoded once each: comparing texts decodes both, again and again.
        TreeMap<K, String> union = new TreeMap<>(type.codec()::compare);
        origin.forEach(key -> union.put(type.codec().decode(key), key));
        target.forEach(key -> union.put(type.codec().decode(key), key));
        return union.values();
    }

    private boolean isMine(String key) {
        return upTo == null || inKeyOrder(key, upTo) <= 0;
    }

    private int inKeyOrder(String first, String second) {
        return type.codec().compare(type.codec().decode(first), type.codec().decode(second));
    }

    private void adapt(Duration took) {
        Duration aim = tools.settings().chunkTime();
        if (took.compareTo(aim) > 0) {
            chunk = Math.max(1, chunk / 2);
        } else if (took.multipliedBy(2).compareTo(aim) < 0) {
            chunk = Math.min(tools.settings().largestChunk(), chunk * 2);
        }
    }
}
