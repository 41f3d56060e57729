package io.dualwrite;

import java.util.List;

/** A repository as an application would have it. */
public interface OrderApi {
    Order findById(Long id) throws Exception;

    List<Order> findAll() throws Exception;

    void save(Order order) throws Exception;

    void deleteById(Long id) throws Exception;

    void saveAll(List<Order> orders) throws Exception;
}
