package io.dualwrite.control.sink;

import io.dualwrite.control.incident.Incident;
import io.dualwrite.control.incident.IncidentSink;
import io.dualwrite.control.incident.Notice;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Posts notices to a webhook as CloudEvents 1.0, structured JSON. The same notice has the same id, so that whoever receives it
 * twice can tell.
 */
public final class CloudEventsSink implements IncidentSink {
    private final Post post;

    /** Posts to this address, with these headers, such as an authorization. */
    public CloudEventsSink(URI address, Map<String, String> headers) {
        this.post = new Post(address, "application/cloudevents+json", headers);
    }

    @Override
    public void send(Notice notice) throws IOException, InterruptedException {
        post.json(payload(notice));
    }

    static String payload(Notice notice) {
        Incident incident = notice.incident();
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("incident", incident.id());
        data.put("dedupKey", incident.dedup());
        data.put("migration", incident.migration());
        data.put("rule", incident.rule());
        data.put("component", incident.component());
        data.put("severity", incident.severity().name());
        data.put("summary", incident.summary());
        data.put("to", notice.to());
        data.put("channel", notice.channel());
        data.put("owner", incident.owner() == null ? "" : incident.owner());
        data.put("escalations", incident.escalations());
        data.put("openedAt", incident.openedAt());
        data.put("state", incident.status().state());
        data.put("actions", incident.status().actions());
        data.put("next", incident.status().next());
        data.put("estimate", incident.status().estimate());
        data.put("runbook", notice.advice());
        Map<String, Object> event = new LinkedHashMap<>();
        String kind = notice.kind().name().toLowerCase(Locale.ROOT);
        event.put("specversion", "1.0");
        event.put("id", incident.id() + "-" + incident.version() + "-" + kind);
        event.put("source", "/dualwrite/" + notice.node().replaceAll("[^A-Za-z0-9._-]", "-"));
        event.put("type", "io.dualwrite.incident." + kind);
        event.put("subject", incident.dedup());
        event.put("time", notice.at());
        event.put("datacontenttype", "application/json");
        event.put("data", data);
        return Json.of(event);
    }
}
