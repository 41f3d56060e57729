package io.dualwrite.control.incident;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Writes notices to the log, under {@code io.dualwrite.control.incident.LogSink}. */
public final class LogSink implements IncidentSink {
    private static final Logger LOG = LoggerFactory.getLogger(LogSink.class);

    @Override
    public void send(Notice notice) {
        Severity severity = notice.incident().severity();
        boolean loud = notice.kind() == Notice.Kind.OPENED || notice.kind() == Notice.Kind.ESCALATED;
        Level level = loud && severity != Severity.LOW
                ? (severity == Severity.MEDIUM ? Level.WARN : Level.ERROR)
                : Level.INFO;
        LOG.atLevel(level)
                .log(
                        "{} {} {} for {} ({}): {} {} [{}]",
                        severity,
                        notice.incident().dedup(),
                        notice.kind(),
                        notice.to(),
                        notice.channel(),
                        notice.incident().summary(),
                        notice.incident().status(),
                        notice.advice());
    }
}
