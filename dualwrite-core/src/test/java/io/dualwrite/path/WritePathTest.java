package io.dualwrite.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;

class WritePathTest {
    private static final RecordId OLD = new RecordId("orders", "old");
    private static final RecordId NEW = new RecordId("orders", "new");

    private final FakeTransactions transactions = new FakeTransactions(Side.TARGET);
    private final WritePath writes = new WritePath(transactions);
    private final List<RecordId> arguments = new ArrayList<>(List.of(OLD));
    private int unnamed;

    private final WritePath.Keys keys = new WritePath.Keys() {
        @Override
        public Collection<RecordId> before() {
            return arguments;
        }

        @Override
        public WritePath.Named after(Object result) {
            return new WritePath.Named(List.copyOf(arguments), unnamed);
        }
    };

    @Test
    void theCallRunsOnceOnTheTransactionsSideAfterItsIntents() throws Exception {
        assertThat(writes.<Side>write(keys, side -> {
                    assertThat(transactions.changed).containsExactly(OLD);
                    return side;
                }))
                .isEqualTo(Side.TARGET);
        assertThat(transactions.changed).containsExactly(OLD);
    }

    @Test
    void aChangedKeyIsTwoIntents() throws Exception {
        writes.write(keys, side -> arguments.set(0, NEW));
        assertThat(transactions.changed).containsExactly(OLD, NEW);
    }

    @Test
    void aFailedCallStillNotesTheKeysItGave() {
        IOException failure = new IOException("half done");
        assertThatThrownBy(() -> writes.write(keys, side -> {
                    arguments.add(NEW);
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(transactions.changed).containsExactly(OLD, NEW);
    }

    @Test
    void aRecordThatNobodyCanNameFailsTheTransaction() {
        unnamed = 1;
        assertThatThrownBy(() -> writes.write(keys, side -> side))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no key");
        assertThat(transactions.doom).hasMessageContaining("no key");
    }

    @Test
    void argumentsThatCannotBeNamedAreRefusedBeforeAnythingIsDone() {
        WritePath.Keys refusing = new WritePath.Keys() {
            @Override
            public Collection<RecordId> before() {
                throw new IllegalArgumentException("null record");
            }

            @Override
            public WritePath.Named after(Object result) {
                return new WritePath.Named(List.of(), 0);
            }
        };
        assertThatThrownBy(() -> writes.write(refusing, side -> {
                    throw new AssertionError("was called");
                }))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
