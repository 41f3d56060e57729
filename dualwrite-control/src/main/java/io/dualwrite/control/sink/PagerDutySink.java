package io.dualwrite.control.sink;

import io.dualwrite.control.incident.Incident;
import io.dualwrite.control.incident.IncidentSink;
import io.dualwrite.control.incident.Notice;
import io.dualwrite.control.incident.Severity;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Sends notices to PagerDuty, Events API v2. Accepted means queued there, not paged: from there on escalation is PagerDuty's,
 * beside the one here. What severity LOW has is logged only, and not sent.
 */
public final class PagerDutySink implements IncidentSink {
    /** Where PagerDuty takes events. */
    public static final URI ENQUEUE = URI.create("https://events.pagerduty.com/v2/enqueue");

    private static final int LONGEST_SUMMARY = 1_024;
    private static final int LONGEST_KEY = 255;

    private final String routingKey;
    private final Post post;

    /** With the key of an integration there; it is told nobody else. */
    public PagerDutySink(String routingKey) {
        this(routingKey, ENQUEUE);
    }

    /** To another address, such as the one for Europe or a proxy. */
    public PagerDutySink(String routingKey, URI address) {
        this.routingKey = routingKey;
        this.post = new Post(address, "application/json", Map.of());
    }

    @Override
    public void send(Notice notice) throws IOException, InterruptedException {
        if (notice.incident().severity() != Severity.LOW && notice.kind() != Notice.Kind.ACTIVE) {
            post.json(payload(routingKey, notice));
        }
    }

    static String payload(String routingKey, Notice notice) {
        Incident incident = notice.incident();
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("routing_key", routingKey);
        event.put("event_action", action(notice.kind()));
        event.put("dedup_key", cut(incident.dedup() + "/" + incident.id(), LONGEST_KEY));
        event.put("client", "Dualwrite");
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("to", notice.to());
        details.put("channel", notice.channel());
        details.put("escalations", incident.escalations());
        details.put("state", incident.status().state());
        details.put("actions", incident.status().actions());
        details.put("next", incident.status().next());
        details.put("estimate", incident.status().estimate());
        details.put("runbook", notice.advice());
        Map<String, Object> payload = new LinkedHashMap<>();
        payload.put("summary", cut(incident.summary() + " (" + incident.migration() + ")", LONGEST_SUMMARY));
        payload.put("source", notice.node());
        payload.put("severity", severity(incident.severity()));
        payload.put("timestamp", incident.openedAt());
        payload.put("component", incident.component());
        payload.put("group", incident.migration());
        payload.put("class", incident.rule());
        payload.put("custom_details", details);
        event.put("payload", payload);
        return Json.of(event);
    }

    private static String action(Notice.Kind kind) {
        return switch (kind) {
            case RESOLVED -> "resolve";
            case ACKNOWLEDGED -> "acknowledge";
            case OPENED, ESCALATED, UPDATED, MITIGATED, ACTIVE -> "trigger";
        };
    }

    private static String severity(Severity severity) {
        return switch (severity) {
            case CRITICAL -> "critical";
            case HIGH -> "error";
            case MEDIUM -> "warning";
            case LOW -> "info";
        };
    }

    private static String cut(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest);
    }
}
