package io.dualwrite.testkit.simulation;

import java.util.Map;

/** A database with a few sessions that are given one statement each, in turns, and may be left waiting for each other. */
interface Contestant extends AutoCloseable {
    /** Gives a session something to do; it has nothing to do now. */
    void start(int session, String command);

    /** Waits until every session is done or waits for another; what those have come to that are done since the last time. */
    Map<Integer, String> settle();

    /** Whether the session has not done yet what it was given. */
    boolean isBusy(int session);

    @Override
    void close();
}
