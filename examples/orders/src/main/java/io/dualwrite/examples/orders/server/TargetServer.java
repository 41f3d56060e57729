package io.dualwrite.examples.orders.server;

import java.io.IOException;

/** The database server of the target, a process of its own that can be killed. For one thread. */
public interface TargetServer extends AutoCloseable {
    /** Starts it on the data that are there and returns when it can be connected to. */
    void start() throws IOException;

    /** Kills it as {@code kill -9} does: no goodbye to anybody. */
    void kill() throws IOException;

    /** Where it is, while it runs and while it does not. */
    String url();

    /** Ends it. */
    @Override
    void close() throws IOException;
}
