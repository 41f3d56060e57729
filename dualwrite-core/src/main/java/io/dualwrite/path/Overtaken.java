package io.dualwrite.path;

import io.dualwrite.fence.Passage;
import io.dualwrite.fence.ShortWay;
import org.jspecify.annotations.Nullable;

/** The end of a write that went the short way, when the row has changed under it and intents may be wanted by now. */
public final class Overtaken {
    private Overtaken() {}

    /**
     * Names the write's records, so that they get intents where intents are wanted, and ends it.
     *
     * @param made whether the call ended well
     * @param result what it returned; null when it failed
     * @throws IllegalStateException when the call ended well and a record has no key
     */
    public static void end(ShortWay way, Passage passage, WritePath.Keys keys, boolean made, @Nullable Object result) {
        try {
            WritePath.Named after = keys.after(result);
            way.overtaken(passage, after.records());
            if (made && after.unnamed() > 0) {
                throw after.nameless();
            }
        } finally {
            passage.end();
        }
    }
}
