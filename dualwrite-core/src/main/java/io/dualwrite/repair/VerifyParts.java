package io.dualwrite.repair;

import io.dualwrite.stage.RecordRange;
import io.dualwrite.store.RecordType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which parts of one record type have been verified in one generation, by whichever nodes. The keys are cut where the
 * backfill has cut them.
 *
 * <p>Beside the target each part has a mark: its last key, how often the type's clean pass had been voided when somebody
 * began to read the part, and whether all of it was read and found equal since. When all marks say so of one and the same
 * count, and the count is the same still, every record was found equal at some moment and nobody has confirmed a difference
 * since: a clean pass, by the argument of {@link ContinuousVerifier}. The mark's last key keeps a part that was cut otherwise
 * from being taken for this one. Thread-safe; blocks on the target.
 */
final class VerifyParts {
    private final Checkpoints checkpoints;
    private final CleanPasses cleanPasses;
    private final RecordType<?, ?> type;
    private final int generation;

    VerifyParts(Checkpoints checkpoints, RecordType<?, ?> type, int generation) {
        this.checkpoints = checkpoints;
        this.cleanPasses = new CleanPasses(checkpoints);
        this.type = type;
        this.generation = generation;
    }

    /** What one part has to look at: the keys from {@code range}'s first, which is not among them if there is one. */
    record Cut(Part part, RecordRange range) {}

    /** All parts, in order. */
    List<Cut> cuts() {
        TreeSet<String> borders = new TreeSet<>(type::inKeyOrder);
        long parts = find(Checkpoint.borders(0)).map(Checkpoint::rows).orElse(1L);
        for (int number = 1; number < parts; number++) {
            find(Checkpoint.borders(number)).map(Checkpoint::position).ifPresent(borders::add);
        }
        List<Cut> cuts = new ArrayList<>();
        @Nullable String after = null;
        for (String border : borders) {
            cuts.add(cut(cuts.size(), after, border));
            after = border;
        }
        cuts.add(cut(cuts.size(), after, null));
        return cuts;
    }

    private Cut cut(int number, @Nullable String after, @Nullable String upTo) {
        return new Cut(new Part(type.name(), generation, number), new RecordRange(type.name(), after, upTo));
    }

    /** Forgets what was found equal: all parts are to be read anew. */
    void begin() {
        cuts().forEach(this::begin);
    }

    /** Forgets it of one part. The mark to end with. */
    Checkpoint begin(Cut cut) {
        while (true) {
            Optional<Checkpoint> now = find(job(cut));
            Checkpoint mark = mark(cut, cleanPasses.voids(type.name(), generation), false);
            if (checkpoints.replace(now.orElse(null), mark)) {
                return mark;
            }
        }
    }

    /**
     * The part was read and found equal since {@code begun} was marked. When it is the last one, the type is clean.
     *
     * @return whether it is
     */
    boolean equal(Cut cut, Checkpoint begun) {
        // Who has begun anew meanwhile has marked the same, or knows of a difference.
        checkpoints.replace(begun, mark(cut, begun.rows(), true));
        for (Cut each : cuts()) {
            Checkpoint expected = mark(each, begun.rows(), true);
            if (!find(job(each)).filter(expected::equals).isPresent()) {
                return false;
            }
        }
        return cleanPasses.note(type.name(), generation, begun.rows());
    }

    private Checkpoint mark(Cut cut, long voids, boolean equal) {
        return new Checkpoint(job(cut), type.name(), generation, cut.range().last(), voids, equal);
    }

    private static String job(Cut cut) {
        return Checkpoint.verified(cut.part().number());
    }

    private Optional<Checkpoint> find(String job) {
        return checkpoints.find(job, type.name(), generation);
    }
}
