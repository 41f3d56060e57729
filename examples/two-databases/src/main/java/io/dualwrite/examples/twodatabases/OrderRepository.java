package io.dualwrite.examples.twodatabases;

import java.util.Optional;

/** The application's own repository. */
interface OrderRepository {
    Optional<Order> findById(long id);

    void insert(Order order);

    void update(Order order);

    void deleteById(long id);
}
