package io.dualwrite.jdbc;

import io.dualwrite.journal.JournalException;
import io.dualwrite.repair.Checkpoint;
import io.dualwrite.repair.Checkpoints;
import io.dualwrite.stage.RecordId;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

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
        return work(
                "read",
                session -> Optional.ofNullable(session.run()
                        .first(
                                "select last_key, rows_done, done from " + LibraryTables.CHECKPOINT + WHERE,
                                row -> new Checkpoint(
                                        job, type, generation, row.getString(1), row.getLong(2), row.getBoolean(3)),
                                place.migration(),
                                place.side().name(),
                                job,
                                type,
                                generation)));
    }

    @Override
    public void save(Checkpoint checkpoint) {
        work("saved", session -> {
            stripes.lock(session, List.of(stripeOf(checkpoint)));
            save(session, checkpoint);
            return checkpoint;
        });
    }

    /** What to lock as if it were a record, before {@link #save(Session, Checkpoint)}. */
    static RecordId stripeOf(Checkpoint checkpoint) {
        return new RecordId("checkpoint/" + checkpoint.job(), checkpoint.type());
    }

    /** Saves it in the session's transaction, which holds the checkpoint's stripe. */
    void save(Session session, Checkpoint checkpoint) throws SQLException {
        Object[] key = {
            place.migration(), place.side().name(), checkpoint.job(), checkpoint.type(), checkpoint.generation()
        };
        int updated = session.run()
                .update(
                        "update " + LibraryTables.CHECKPOINT + " set last_key = ?, rows_done = ?, done = ?" + WHERE,
                        checkpoint.position(),
                        checkpoint.rows(),
                        checkpoint.done(),
                        key[0],
                        key[1],
                        key[2],
                        key[3],
                        key[4]);
        if (updated == 0) {
            session.run()
                    .update(
                            "insert into " + LibraryTables.CHECKPOINT
                                    + " (migration, side, job, record_type, generation, last_key, rows_done, done)"
                                    + " values (?, ?, ?, ?, ?, ?, ?, ?)",
                            key[0],
                            key[1],
                            key[2],
                            key[3],
                            key[4],
                            checkpoint.position(),
                            checkpoint.rows(),
                            checkpoint.done());
        }
    }

    private <T> T work(String what, Place.Work<T> work) {
        try {
            return place.commit(work);
        } catch (SQLException failure) {
            throw new JournalException("A checkpoint of " + place + " could not be " + what, failure);
        }
    }
}
