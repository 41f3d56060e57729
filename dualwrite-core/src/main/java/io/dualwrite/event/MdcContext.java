package io.dualwrite.event;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** Carries the entries of SLF4J's MDC. */
final class MdcContext implements CallContext {
    @Override
    public @Nullable Captured capture() {
        Map<String, String> entries = MDC.getCopyOfContextMap();
        return entries == null || entries.isEmpty() ? null : () -> put(entries);
    }

    private static AutoCloseable put(Map<String, String> entries) {
        Map<String, String> before = MDC.getCopyOfContextMap();
        MDC.setContextMap(entries);
        return () -> {
            if (before == null) {
                MDC.clear();
            } else {
                MDC.setContextMap(before);
            }
        };
    }
}
