package io.dualwrite.control.sink;

import io.dualwrite.control.incident.Incident;
import io.dualwrite.control.incident.IncidentSink;
import io.dualwrite.control.incident.Notice;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Posts notices to a channel of Slack, by an incoming webhook, whose address is a secret. */
public final class SlackSink implements IncidentSink {
    private static final int LONGEST = 2_900;

    private final Post post;

    /** By the webhook at this address. */
    public SlackSink(URI webhook) {
        this.post = new Post(webhook, "application/json", Map.of());
    }

    @Override
    public void send(Notice notice) throws IOException, InterruptedException {
        if (notice.kind() != Notice.Kind.ACTIVE) {
            post.json(payload(notice));
        }
    }

    static String payload(Notice notice) {
        Incident incident = notice.incident();
        String head = incident.severity() + " " + notice.kind() + ": " + incident.summary();
        String body = "*" + escaped(head) + "*\n" + escaped(incident.dedup() + ", for " + notice.to())
                + "\n*State* " + escaped(incident.status().state())
                + "\n*Done* " + escaped(incident.status().actions())
                + "\n*Next* " + escaped(incident.status().next())
                + "\n*Estimate* " + escaped(incident.status().estimate())
                + "\n*Runbook* " + escaped(notice.advice());
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("type", "mrkdwn");
        text.put("text", body.length() <= LONGEST ? body : body.substring(0, LONGEST));
        Map<String, Object> section = new LinkedHashMap<>();
        section.put("type", "section");
        section.put("text", text);
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("text", escaped(head));
        message.put("blocks", List.of(section));
        return Json.of(message);
    }

    /** The three characters that mean something to Slack. */
    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
