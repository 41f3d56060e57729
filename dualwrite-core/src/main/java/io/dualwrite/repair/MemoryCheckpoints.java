package io.dualwrite.repair;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Checkpoints in this process's memory, forgotten with it: a backfill then starts over, which harms nothing. Thread-safe. */
public final class MemoryCheckpoints implements Checkpoints {
    private final ConcurrentMap<String, Checkpoint> saved = new ConcurrentHashMap<>();

    @Override
    public Optional<Checkpoint> find(String job, String type, int generation) {
        return Optional.ofNullable(saved.get(job + '\0' + type)).filter(each -> each.generation() == generation);
    }

    @Override
    public void save(Checkpoint checkpoint) {
        saved.put(checkpoint.job() + '\0' + checkpoint.type(), checkpoint);
    }
}
