package io.dualwrite.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.event.Subscription;
import io.dualwrite.stage.Side;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WatchedReadsTest {
    private final List<String> seen = new ArrayList<>();
    private final WatchedReads reads = new WatchedReads(new FakeTransactions(Side.ORIGIN));
    private final ReadWatch watch = new ReadWatch() {
        @Override
        public void answered(Side side, long nanos) {
            seen.add(side + " answered");
        }

        @Override
        public void threw(Side side, long nanos) {
            seen.add(side + " threw");
        }
    };

    @AfterEach
    void clearInterrupt() {
        Thread.interrupted();
    }

    @Test
    void aWatchSeesAnswersAndFailuresOfBothSidesUntilItIsClosed() throws Exception {
        assertThat(reads.<Side>read(Side.ORIGIN, false, side -> side)).isEqualTo(Side.ORIGIN);
        Subscription watching = reads.watch(watch);
        reads.read(Side.TARGET, true, side -> side);
        assertThatThrownBy(() -> reads.read(Side.ORIGIN, false, side -> {
                    throw new IOException("down");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("down");
        watching.close();
        reads.read(Side.TARGET, true, side -> side);
        assertThat(seen).containsExactly("TARGET answered", "ORIGIN threw");
    }

    @Test
    void thereIsOneWatchAtATime() {
        Subscription first = reads.watch(watch);
        assertThatThrownBy(() -> reads.watch(watch)).isInstanceOf(IllegalStateException.class);
        first.close();
        reads.watch(watch).close();
    }

    @Test
    void nothingThatAWatchThrowsReachesTheCaller() throws Exception {
        reads.watch(new ReadWatch() {
            @Override
            public void answered(Side side, long nanos) {
                Thread.currentThread().interrupt();
                throw new NoClassDefFoundError("gone");
            }

            @Override
            public void threw(Side side, long nanos) {
                throw new IllegalStateException("watch");
            }
        });
        assertThat(reads.<Side>read(Side.TARGET, true, side -> side)).isEqualTo(Side.TARGET);
        assertThat(Thread.interrupted()).isTrue();
        assertThatThrownBy(() -> reads.read(Side.TARGET, true, side -> {
                    throw new IOException("down");
                }))
                .isInstanceOf(IOException.class);
    }

    @Test
    void writesGoThroughUnseen() throws Exception {
        reads.watch(watch);
        assertThat(reads.<Side>write(transaction -> transaction.side())).isEqualTo(Side.ORIGIN);
        assertThat(reads.current()).isNull();
        assertThat(seen).isEmpty();
    }
}
