package io.dualwrite.examples.spring.shop;

import java.util.List;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;

/** All orders. */
public interface Orders extends JpaRepository<Order, Long> {
    List<Order> findByCustomerIdOrderById(long customer);

    @Modifying(clearAutomatically = true)
    @Query("update Order o set o.status = :to, o.version = o.version + 1"
            + " where o.customer.id = :customer and o.status = :from")
    int change(long customer, Status from, Status to);
}
