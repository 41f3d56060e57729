package io.dualwrite.fence;

import java.lang.ref.WeakReference;

/**
 * A thread that may go, and room behind: what a subclass adds lies two cache lines from whatever lies before, so that no two
 * threads write to one line where each has an object of its own.
 */
abstract class PaddedThread extends WeakReference<Thread> {
    long room1;
    long room2;
    long room3;
    long room4;
    long room5;
    long room6;
    long room7;
    long room8;
    long room9;
    long room10;
    long room11;
    long room12;
    long room13;
    long room14;
    long room15;
    long room16;

    PaddedThread(Thread thread) {
        super(thread);
    }
}
