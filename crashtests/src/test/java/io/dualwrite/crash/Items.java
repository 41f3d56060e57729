package io.dualwrite.crash;

import io.dualwrite.decorate.Reads;
import java.util.Optional;

/** The application's repository. */
interface Items {
    Optional<Item> findById(long id);

    /** Reads and locks until the transaction ends; for transactions only. */
    @Reads(compared = false)
    Optional<Item> lockById(long id);

    void insert(Item item);

    void update(Item item);

    void deleteById(long id);
}
