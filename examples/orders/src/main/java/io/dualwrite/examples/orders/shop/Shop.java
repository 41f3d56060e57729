package io.dualwrite.examples.orders.shop;

import java.util.concurrent.Callable;

/** What the shop's traffic uses, whichever way the two stores are kept alike behind it. Thread-safe. */
public interface Shop extends AutoCloseable {
    CustomerRepository customers();

    OrderRepository orders();

    /** Runs work as one transaction; what it throws rolls it back and reaches the caller. */
    <T> T inTransaction(Callable<T> work) throws Exception;

    @Override
    void close();
}
