package io.dualwrite.jdbc;

import io.dualwrite.journal.JournalException;
import io.dualwrite.repair.Checkpoint;
import io.dualwrite.repair.Checkpoints;
import io.dualwrite.stage.RecordId;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of one side. A checkpoint is saved under its own stripe, so that two jobs that save it at the same time
 * save it one after the other.
 */
final class JdbcCheckpoints implements Checkpoints {
    private static final String WHERE =
            " where migration = ? and side = ? and job = ? and record_type = ? and generation = ?";

    private final Place place;
    private final Stripes stripes;

    JdbcCheckpoints(Place place) {
        this.place = place;
        this.stripes = new Stripes(place);
    }

    @Override
    public Optional<Checkpoint> find(String job, String type, int generation) {
        return work("read", session -> {
            Checkpoint found = find(session, job, type, generation);
            if (found != null && found.done()) {
                // The authority may be handed over upon it.
                place.harden(session);
            }
            return Optional.ofNullable(found);
        });
    }

    @Override
    public void save(Checkpoint checkpoint) {
        work("saved", session -> {
            stripes.lock(session, List.of(stripeOf(checkpoint)));
            save(session, checkpoint);
            return checkpoint;
        });
    }

    @Override
    public boolean replace(@Nullable Checkpoint expected, Checkpoint next) {
        return work("saved", session -> {
            stripes.lock(session, List.of(stripeOf(next)));
            Checkpoint now = find(session, next.job(), next.type(), next.generation());
            boolean asExpected = Objects.equals(now, expected);
            if (asExpected) {
                write(session, now, next);
            }
            return asExpected;
        });
    }

    /** What to lock as if it were a record, before {@link #save(Session, Checkpoint)}. */
    static RecordId stripeOf(Checkpoint checkpoint) {
        return new RecordId("checkpoint/" + checkpoint.job(), checkpoint.type());
    }

    /** Saves it in the session's transaction, which holds the checkpoint's stripe. */
    void save(Session session, Checkpoint checkpoint) throws SQLException {
        Checkpoint now = find(session, checkpoint.job(), checkpoint.type(), checkpoint.generation());
        if (now == null || !now.done()) {
            write(session, now, checkpoint);
        }
    }

    private @Nullable Checkpoint find(Session session, String job, String type, int generation) throws SQLException {
        return session.run()
                .first(
                        "select last_key, rows_done, done from " + LibraryTables.CHECKPOINT + WHERE,
                        row -> new Checkpoint(
                                job, type, generation, row.getString(1), row.getLong(2), row.getBoolean(3)),
                        place.migration(),
                        place.side().name(),
                        job,
                        type,
                        generation);
    }

    private void write(Session session, @Nullable Checkpoint now, Checkpoint next) throws SQLException {
        // The parameters of both statements come in the same order.
        String sql = now == null
                ? "insert into " + LibraryTables.CHECKPOINT
                        + " (last_key, rows_done, done, migration, side, job, record_type, generation)"
                        + " values (?, ?, ?, ?, ?, ?, ?, ?)"
                : "update " + LibraryTables.CHECKPOINT + " set last_key = ?, rows_done = ?, done = ?" + WHERE;
        session.run()
                .update(
                        sql,
                        next.position(),
                        next.rows(),
                        next.done(),
                        place.migration(),
                        place.side().name(),
                        next.job(),
                        next.type(),
                        next.generation());
    }

    private <T> T work(String what, Place.Work<T> work) {
        try {
            return place.commit(work);
        } catch (SQLException failure) {
            throw new JournalException("A checkpoint of " + place + " could not be " + what, failure);
        }
    }
}
