package io.dualwrite.benchmarks;

import org.jspecify.annotations.Nullable;

/** A repository interface as applications have them, for what works by proxy. */
public interface Orders {
    @Nullable Order find(Long id);

    void save(Order order);
}
