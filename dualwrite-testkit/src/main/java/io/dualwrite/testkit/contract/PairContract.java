package io.dualwrite.testkit.contract;

import io.dualwrite.MigrationParts;
import io.dualwrite.fence.Control;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.RecordType;
import org.junit.jupiter.api.BeforeEach;

/** What the contracts for pairs of stores share: an origin at SHADOW and a target that is its copy. */
abstract class PairContract {
    private Pair pair = unmade();

    /** Two empty stores with new control rows, and one record type with {@code Long} keys between them. */
    protected abstract Pair makePair() throws Exception;

    @BeforeEach
    void begin() throws Exception {
        pair = makePair();
        change(Side.ORIGIN, new ControlRow(Role.AUTHORITY, Stage.SHADOW, 0, 0, true, 1, null));
        change(Side.TARGET, new ControlRow(Role.COPY, Stage.OFF, 0, 0, false, 1, null));
    }

    private static Pair unmade() {
        return (Pair) java.lang.reflect.Proxy.newProxyInstance(
                Pair.class.getClassLoader(), new Class<?>[] {Pair.class}, (proxy, method, args) -> {
                    throw new IllegalStateException("before the first test");
                });
    }

    final Pair pair() {
        return pair;
    }

    final MigrationParts parts() {
        return pair.parts();
    }

    final RecordType<?, ?> type() {
        return parts().types().get(0);
    }

    final RecordId id(long key) {
        return new RecordId(type().name(), Long.toString(key));
    }

    /** Replaces a row, whatever it says. */
    final void change(Side side, ControlRow next) {
        Control control = parts().controls().of(side);
        if (control.change(control.read(), next) == null) {
            throw new AssertionError("Nobody else changes rows here");
        }
    }

    /** Hands the authority to the target, as a finished flip leaves it. */
    final void flip() {
        change(Side.ORIGIN, new ControlRow(Role.COPY, Stage.SHADOW, 1, 0, true, 1, null));
        change(Side.TARGET, new ControlRow(Role.AUTHORITY, Stage.LIVE, 1, 0, true, 1, null));
    }
}
