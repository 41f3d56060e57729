package io.dualwrite.decorate;

import io.dualwrite.fence.Passage;
import io.dualwrite.fence.ShortWay;
import io.dualwrite.path.Overtaken;
import io.dualwrite.stage.ControlRow;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** Calls of decorated methods on the short way, as long as it is open. Thread-safe when the delegates are. */
final class ShortCalls {
    /** In the place of an answer: the call was not made, or not validly, and goes the long way. */
    static final Object UNANSWERED = new Object();

    private final @Nullable ShortWay way;
    private final Delegates delegates;

    ShortCalls(@Nullable ShortWay way, Delegates delegates) {
        this.way = way;
        this.delegates = delegates;
    }

    /** Makes the call when the way is open and the call may take it. */
    @Nullable Object call(Routes.Routed routed, Method method, @Nullable Object[] arguments) throws Exception {
        ControlRow resting = way == null ? null : way.resting();
        if (way == null || resting == null) {
            return UNANSWERED;
        }
        if (routed.route() instanceof Route.Read) {
            Object answer = delegates.call(way.side(resting), method, arguments);
            return way.isResting(resting) ? answer : UNANSWERED;
        }
        if (routed.route() instanceof Route.Write write && routed.writesOne(arguments)) {
            Passage passage = way.begin();
            return passage == null ? UNANSWERED : write(way, passage, write, method, arguments);
        }
        return UNANSWERED;
    }

    private @Nullable Object write(
            ShortWay open, Passage passage, Route.Write write, Method method, @Nullable Object[] arguments)
            throws Exception {
        boolean made = false;
        Object result = null;
        try {
            result = delegates.call(open.side(passage), method, arguments);
            made = true;
            return result;
        } finally {
            if (passage.isOvertaken()) {
                Overtaken.end(open, passage, write.keys(arguments), made, result);
            } else {
                passage.end();
            }
        }
    }
}
