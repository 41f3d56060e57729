package io.dualwrite.repair;

import io.dualwrite.fence.Control;
import io.dualwrite.fence.ControlException;
import io.dualwrite.fence.Holder;
import io.dualwrite.stage.ControlRow;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A control row that can be made unreachable, or to do something just before it is changed. */
public final class ReachableControl implements Control {
    private final Control inner;
    private final Runnable beforeRead;
    private volatile boolean unreachable;
    private volatile Runnable beforeNextChange = () -> {};

    ReachableControl(Control inner, Runnable beforeRead) {
        this.inner = inner;
        this.beforeRead = beforeRead;
    }

    public void unreachable(boolean gone) {
        unreachable = gone;
    }

    /** Runs once, before the next change is made. */
    public void beforeNextChange(Runnable what) {
        beforeNextChange = what;
    }

    @Override
    public ControlRow read() {
        reach();
        beforeRead.run();
        return inner.read();
    }

    @Override
    public @Nullable ControlRow change(ControlRow expected, ControlRow next) {
        Runnable before = beforeNextChange;
        beforeNextChange = () -> {};
        before.run();
        reach();
        return inner.change(expected, next);
    }

    @Override
    public List<Holder> holders() {
        return unreachable ? List.of() : inner.holders();
    }

    private void reach() {
        if (unreachable) {
            throw new ControlException("no connection", null);
        }
    }
}
