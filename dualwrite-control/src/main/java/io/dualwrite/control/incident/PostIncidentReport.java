package io.dualwrite.control.incident;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is to be learnt from an incident, as Markdown: what happened and how long it took, and room for why. No blame. */
final class PostIncidentReport {
    static final Duration DUE_AFTER = Duration.ofHours(48);

    private PostIncidentReport() {}

    static String markdown(
            Incident incident, List<TimelineEntry> timeline, List<Incident> all, List<ActionItem> actions) {
        StringBuilder page = new StringBuilder();
        page.append("# ")
                .append(incident.severity())
                .append(": ")
                .append(incident.summary())
                .append("\n\n");
        page.append("Incident ").append(incident.id()).append(" of ").append(incident.dedup());
        page.append(", component ").append(incident.component()).append(".\n");
        Instant resolved = incident.resolvedAt();
        page.append(resolved == null ? "It is open.\n" : "This report is due " + at(resolved.plus(DUE_AFTER)) + ".\n");
        page.append("\n| | when | after |\n|---|---|---|\n");
        row(page, "detected", incident.openedAt(), incident);
        row(page, "acknowledged", incident.acknowledgedAt(), incident);
        row(page, "first response", incident.respondedAt(), incident);
        row(page, "mitigated", incident.mitigatedAt(), incident);
        row(page, "resolved", resolved, incident);
        page.append("\nOwner: ").append(incident.owner() == null ? "nobody" : incident.owner());
        page.append(". Escalated ").append(incident.escalations()).append(" times.\n");
        page.append("\n## Timeline\n");
        for (TimelineEntry entry : timeline) {
            page.append("- ").append(at(entry.at())).append(' ').append(entry.kind());
            page.append(" by ")
                    .append(entry.who())
                    .append(": ")
                    .append(oneLine(entry.text()))
                    .append('\n');
        }
        page.append("\n## Before\n");
        List<Incident> before = all.stream()
                .filter(other -> other.rule().equals(incident.rule())
                        && !other.id().equals(incident.id())
                        && other.openedAt().isBefore(incident.openedAt()))
                .toList();
        page.append(before.isEmpty() ? "It is the first one of its rule.\n" : "");
        before.forEach(other -> page.append("- ")
                .append(at(other.openedAt()))
                .append(", ")
                .append(other.id())
                .append('\n'));
        page.append("\n## Since\n");
        List<Incident> since = all.stream()
                .filter(other ->
                        other.rule().equals(incident.rule()) && other.openedAt().isAfter(incident.openedAt()))
                .toList();
        page.append(since.isEmpty() ? "It has not come back.\n" : "");
        since.forEach(other -> page.append("- ")
                .append(at(other.openedAt()))
                .append(", ")
                .append(other.id())
                .append('\n'));
        page.append("\n## Causes\n\n- \n\n## Actions\n\n| what | who | until | done |\n|---|---|---|---|\n");
        actions.forEach(item -> page.append("| ")
                .append(oneLine(item.what()).replace("|", "\\|"))
                .append(" | ")
                .append(item.owner())
                .append(" | ")
                .append(at(item.due()))
                .append(" | ")
                .append(item.doneAt() == null ? "" : at(item.doneAt()))
                .append(" |\n"));
        page.append(actions.isEmpty() ? "| | | | |\n" : "");
        return page.toString();
    }

    private static void row(StringBuilder page, String what, @Nullable Instant when, Incident incident) {
        page.append("| ").append(what).append(" | ");
        page.append(
                when == null
                        ? "never | – |\n"
                        : at(when) + " | " + Duration.between(incident.openedAt(), when) + " |\n");
    }

    private static String at(Instant when) {
        return when.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ");
    }
}
