package io.dualwrite.control.sink;

import io.dualwrite.control.incident.Incident;
import io.dualwrite.control.incident.IncidentSink;
import io.dualwrite.control.incident.Notice;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Sends notices to an Alertmanager, API v2: again every minute while an incident is open, as Alertmanager expects, and with an
 * end when it is resolved. Labels are the same on every node, so that N nodes are one alert.
 */
public final class AlertmanagerSink implements IncidentSink {
    private final Post post;

    /** To the Alertmanager at this address, such as {@code http://alertmanager:9093/}, with these headers. */
    public AlertmanagerSink(URI alertmanager, Map<String, String> headers) {
        URI base = alertmanager.toString().endsWith("/") ? alertmanager : URI.create(alertmanager + "/");
        this.post = new Post(base.resolve("api/v2/alerts"), "application/json", headers);
    }

    @Override
    public boolean wantsActive() {
        return true;
    }

    @Override
    public void send(Notice notice) throws IOException, InterruptedException {
        post.json(payload(notice));
    }

    static String payload(Notice notice) {
        Incident incident = notice.incident();
        Map<String, Object> labels = new LinkedHashMap<>();
        labels.put("alertname", "Dualwrite_" + incident.rule().replace('-', '_'));
        labels.put("migration", incident.migration());
        labels.put("component", incident.component());
        labels.put("severity", incident.severity().name().toLowerCase(Locale.ROOT));
        Map<String, Object> annotations = new LinkedHashMap<>();
        annotations.put("summary", incident.summary());
        annotations.put("incident", incident.id());
        annotations.put("to", notice.to());
        annotations.put("channel", notice.channel());
        annotations.put("state", incident.status().state());
        annotations.put("actions", incident.status().actions());
        annotations.put("next", incident.status().next());
        annotations.put("estimate", incident.status().estimate());
        annotations.put("runbook", notice.advice());
        Map<String, Object> alert = new LinkedHashMap<>();
        alert.put("labels", labels);
        alert.put("annotations", annotations);
        alert.put("startsAt", incident.openedAt());
        if (incident.resolvedAt() != null) {
            alert.put("endsAt", incident.resolvedAt());
        }
        return Json.of(List.of(alert));
    }
}
