package io.dualwrite.event;

import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Something that happened in a migration. Events carry no record contents; keys inside {@link RecordId} print redacted.
 */
public sealed interface MigrationEvent {
    /** A step was taken, by this node or, seen from here, by another one. */
    record StageMoved(Stage from, Stage to) implements MigrationEvent {}

    /** A step was refused. Do what the reasons say; a wish stays and is tried again. */
    record StageHeld(Stage at, Stage wish, List<String> reasons) implements MigrationEvent {
        public StageHeld {
            reasons = List.copyOf(reasons);
        }
    }

    /** One step of a flip or rollback was made in a control row. */
    record HandoverStep(Side from, String step, long handover) implements MigrationEvent {}

    /**
     * How long a flip or rollback took, step by step, also one that was given up. {@code closed} is the time from the
     * closing of the old authority to the moment when either side accepted writes again: what writers had to wait.
     */
    record HandoverMeasured(Side from, boolean completed, Duration closed, Map<String, Duration> steps)
            implements MigrationEvent {
        public HandoverMeasured {
            steps = Collections.unmodifiableMap(new LinkedHashMap<>(steps));
        }
    }

    /**
     * A handover was decided, and the side that is to have the authority cannot be opened: no write is accepted until it
     * can. Any node goes on as soon as that side answers. Told once per handover.
     */
    record HandoverStuck(Side heir, long handover, Fault fault) implements MigrationEvent {}

    /** The authority was taken from a side that could not be reached; {@code by} answers for what that may have lost. */
    record AuthorityForced(Side lost, long handover, String by) implements MigrationEvent {}

    /** Connections of a side lead to another server than the one that is known; transfers rest until somebody adopts it. */
    record ServerChanged(Side side, String found) implements MigrationEvent {}

    /** The stage flag threw, returned null or named no stage; the last good stage stays. */
    record FlagFailed(Fault fault) implements MigrationEvent {}

    /** Records were brought over from {@code authority}. */
    record Transferred(Side authority, int records, Duration took) implements MigrationEvent {}

    /** A transfer failed; its intents stay and it is tried again. */
    record TransferFailed(Side authority, int records, Fault fault) implements MigrationEvent {}

    /** A record's transfer failed so often that the relay leaves it alone. Find the cause, then release it. */
    record Quarantined(RecordId record, int attempts, Fault fault) implements MigrationEvent {}

    /**
     * The copy has missed a call and will not get it any more, in a migration that replays calls: the record differs until
     * somebody has brought it up to date and settled it.
     */
    record CallMissed(RecordId record, String operation, String reason) implements MigrationEvent {}

    /** The breaker around the copy changed its state ({@code CLOSED}, {@code OPEN}, {@code HALF_OPEN}). */
    record BreakerMoved(String state) implements MigrationEvent {}

    /** What was open when last measured; about once a second. */
    record BacklogMeasured(long open, long quarantined, Duration oldest) implements MigrationEvent {}

    /** The caller waited its whole budget and the copy had not followed; the intent is kept. */
    record WaitedOut(Duration budget) implements MigrationEvent {}

    /** The authority or the ramped copy failed to answer a read and the other side answered instead. */
    record FellBack(Side failed, Fault fault) implements MigrationEvent {}

    /** A shadow read was not done because the bound of waiting ones was reached. */
    record ShadowShed() implements MigrationEvent {}

    /** A shadow read failed on the copy. */
    record ShadowFailed(Fault fault) implements MigrationEvent {}

    /** A shadow read was compared. A difference is a candidate until it is confirmed. */
    record ShadowCompared(String operation, boolean equal, List<String> fields) implements MigrationEvent {
        public ShadowCompared {
            fields = List.copyOf(fields);
        }
    }

    /** A record really differs, with no intent open: a foreign writer, a mapping that is not one to one, or a bug. */
    record MismatchConfirmed(RecordId record, String kind, List<String> fields) implements MigrationEvent {
        public MismatchConfirmed {
            fields = List.copyOf(fields);
        }
    }

    /** A confirmed mismatch was repaired by a transfer. */
    record Repaired(RecordId record) implements MigrationEvent {}

    /**
     * A long job went on, or waits. Of {@code done} records some may have been done by runs before this one.
     *
     * @param part the number of the part that it is about, where several nodes share a job; -1 where it is about the whole type
     * @param total an estimate, more than {@code done} until the type, or the part, is done; -1 when there is none
     * @param elapsed since this run began with the type, or the part
     * @param perSecond records a second in this run, its waits included
     * @param waitingFor what it waits for now; empty while it does not
     */
    record Progress(
            String job,
            String type,
            int part,
            long done,
            long total,
            Duration elapsed,
            double perSecond,
            List<String> waitingFor)
            implements MigrationEvent {
        /** The job that goes round and round, and has no end to be near to. */
        public static final String CONTINUOUS = "continuous verification";

        public Progress {
            waitingFor = List.copyOf(waitingFor);
        }

        /** About a whole record type. */
        public Progress(
                String job,
                String type,
                long done,
                long total,
                Duration elapsed,
                double perSecond,
                List<String> waitingFor) {
            this(job, type, -1, done, total, elapsed, perSecond, waitingFor);
        }

        /** Of a job that never waits and is not resumed. */
        public Progress(String job, String type, long done, long total, Duration elapsed) {
            this(job, type, done, total, elapsed, rate(done, elapsed), List.of());
        }

        /** Records a second; 0 while no time has passed. */
        public static double rate(long records, Duration elapsed) {
            return elapsed.isZero() ? 0 : records * 1e9 / elapsed.toNanos();
        }

        /** In words: the share, how many, how fast, how long it takes from here, and what it waits for, as far as known. */
        public String inWords() {
            return ProgressText.of(this);
        }

        /** How much is done, from 0 to 100, and 100 only when all of it is done; empty when the total is not known. */
        public OptionalInt percent() {
            if (total < 0) {
                return OptionalInt.empty();
            }
            return OptionalInt.of(done >= total ? 100 : (int) (100.0 * done / total));
        }

        /** How long it takes from here at the rate so far; empty when the total is not known, or nothing was done yet. */
        public Optional<Duration> left() {
            return total < 0 || perSecond <= 0
                    ? Optional.empty()
                    : Optional.of(Duration.ofMillis(Math.round(Math.max(0, total - done) * 1e3 / perSecond)));
        }
    }

    /**
     * A long job waits before its next step, for these reasons and for so long by now; without a reason it goes on after so
     * long. Waits of less than a second are not told, and what changes in numbers only is told once.
     */
    record Braked(String job, List<String> reasons, Duration waited) implements MigrationEvent {
        public Braked {
            reasons = List.copyOf(reasons);
        }
    }

    /**
     * Continuous verification has come to the end of a record type. {@code records} and {@code differences} are what this
     * node has compared and confirmed of it; another one may have begun. {@code clean} says whether all of it was found
     * equal, by whomever, and is noted as a clean pass.
     */
    record RoundVerified(String type, long records, long differences, boolean clean, Duration took)
            implements MigrationEvent {}

    /**
     * For how long this node has seen no round of continuous verification end, about once a second where it is on; zero
     * while there is nothing to verify. Growing beyond what a round takes, it says that none gets to its end.
     */
    record VerificationMeasured(Duration lag) implements MigrationEvent {}

    /**
     * A long job ended with every record type, or where it was to stop. A verification tells in {@code counts} how many
     * records really differed in which way, how many were repaired, and in how many a field differed, for the fields that
     * differ most; at most some twenty entries, and empty for other jobs.
     */
    record Finished(String job, long records, Duration took, Map<String, Long> counts) implements MigrationEvent {
        public Finished {
            counts = Collections.unmodifiableMap(new LinkedHashMap<>(counts));
        }

        /** Of a job that counts nothing but records. */
        public Finished(String job, long records, Duration took) {
            this(job, records, took, Map.of());
        }

        /** Records a second; 0 when it took no time that could be measured. */
        public double recordsPerSecond() {
            return took.isZero() ? 0 : records * 1e9 / took.toNanos();
        }
    }
}
