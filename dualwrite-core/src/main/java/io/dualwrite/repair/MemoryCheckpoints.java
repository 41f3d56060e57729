package io.dualwrite.repair;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checkpoints in this process's memory, forgotten with it: a backfill then starts over, which harms nothing. Thread-safe. */
public final class MemoryCheckpoints implements Checkpoints {
    private final Map<Name, Checkpoint> saved = new HashMap<>();

    private record Name(String job, String type, int generation) {
        static Name of(Checkpoint checkpoint) {
            return new Name(checkpoint.job(), checkpoint.type(), checkpoint.generation());
        }
    }

    @Override
    public synchronized Optional<Checkpoint> find(String job, String type, int generation) {
        return Optional.ofNullable(saved.get(new Name(job, type, generation)));
    }

    @Override
    public synchronized void save(Checkpoint checkpoint) {
        Checkpoint before = saved.get(Name.of(checkpoint));
        if (before == null || !before.done()) {
            put(checkpoint);
        }
    }

    @Override
    public synchronized boolean replace(@Nullable Checkpoint expected, Checkpoint next) {
        boolean asExpected = Objects.equals(expected, saved.get(Name.of(next)));
        if (asExpected) {
            put(next);
        }
        return asExpected;
    }

    private void put(Checkpoint checkpoint) {
        // Those of generations before are void, and would only pile up.
        saved.keySet()
                .removeIf(each -> each.job().equals(checkpoint.job())
                        && each.type().equals(checkpoint.type())
                        && each.generation() < checkpoint.generation());
        saved.put(Name.of(checkpoint), checkpoint);
    }
}
