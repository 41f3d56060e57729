package io.dualwrite.spring.boot.actuate;

import io.dualwrite.control.incident.ActionItem;
import io.dualwrite.control.incident.Incident;
import io.dualwrite.control.incident.Incident.Status;
import io.dualwrite.control.incident.IncidentDesk;
import io.dualwrite.control.incident.Runbook;
import io.dualwrite.control.incident.Walkthrough;
import io.dualwrite.spring.boot.actuate.ControlAnswer.Action;
import io.dualwrite.spring.boot.actuate.ControlAnswer.Place;
import io.dualwrite.spring.boot.actuate.ControlAnswer.Story;
import io.dualwrite.stage.Stage;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A migration's incidents, with what is to be done because of them, and walks through their runbooks, kept on this node. */
final class IncidentsPart implements ControlPart {
    private static final int MOST_RESOLVED = 20;
    private static final int MOST_WALKS = 100;

    private final IncidentDesk desk;
    private final Clock clock;
    private final Map<String, Walkthrough> walks =
            Collections.synchronizedMap(new LinkedHashMap<String, Walkthrough>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Walkthrough> eldest) {
                    return size() > MOST_WALKS;
                }
            });

    IncidentsPart(IncidentDesk desk, Clock clock) {
        this.desk = desk;
        this.clock = clock;
    }

    @Override
    public ControlAnswer look() throws Exception {
        List<ControlAnswer.Incident> resolved = new ArrayList<>();
        List<Incident> all = desk.all();
        for (int at = all.size() - 1; at >= 0 && resolved.size() < MOST_RESOLVED; at--) {
            if (!all.get(at).isOpen()) {
                resolved.add(described(all.get(at)));
            }
        }
        return new ControlAnswer.Incidents(
                desk.open().stream().map(IncidentsPart::described).toList(),
                resolved,
                desk.openActions().stream().map(IncidentsPart::described).toList());
    }

    @Override
    public ControlAnswer look(String item, @Nullable Stage stage) throws Exception {
        Incident incident = found(item);
        Walkthrough walk = walks.get(item);
        return new Story(described(incident), walk == null ? null : place(item, walk, null), desk.report(item));
    }

    @Override
    public ControlAnswer carryOut(String order, ControlOrder said) throws Exception {
        return switch (order) {
            case "acknowledge" -> described(desk.acknowledge(open(said), said.answering()));
            case "update" -> described(desk.update(open(said), said.answering(), status(said)));
            case "mitigate" -> described(desk.mitigate(open(said), said.answering(), said.text("what")));
            case "resolve" -> described(desk.resolve(open(said), said.answering(), said.text("why")));
            case "walk" -> walk(open(said), said.answering());
            case "answer" -> {
                walking(said).answer(said.answer());
                yield place(said.subject(), walking(said), null);
            }
            case "did" -> {
                walking(said).did();
                yield place(said.subject(), walking(said), null);
            }
            case "end" -> ended(said.subject(), walking(said));
            case "add-action" ->
                described(desk.addAction(
                        found(said.subject()).id(),
                        said.answering(),
                        said.text("what"),
                        said.text("owner"),
                        said.due()));
            case "hand-on-action" ->
                changed(action(said.subject()).handedTo(said.text("owner"), said.due()), said.answering());
            case "end-action" -> changed(action(said.subject()).done(clock.instant()), said.answering());
            case "reviewed" -> {
                desk.reviewed(found(said.subject()).id(), said.answering(), said.text("what"));
                yield described(found(said.subject()));
            }
            default ->
                throw ControlPart.noOrder(List.of(
                        "acknowledge",
                        "update",
                        "mitigate",
                        "resolve",
                        "walk",
                        "answer",
                        "did",
                        "end",
                        "add-action",
                        "hand-on-action",
                        "end-action",
                        "reviewed"));
        };
    }

    /** What is not said is as it was said last. */
    private Status status(ControlOrder said) throws Exception {
        Status before = found(said.subject()).status();
        return new Status(
                said.text("state"),
                said.text("actions", before.actions()),
                said.text("next", before.next()),
                said.text("estimate", before.estimate()));
    }

    /** Begins to walk an open incident's runbook; a walk that was begun before is forgotten. */
    Place walk(String incident, String who) throws Exception {
        Walkthrough walk = desk.begin(incident, who);
        walks.put(incident, walk);
        return place(incident, walk, null);
    }

    private Place ended(String incident, Walkthrough walk) throws Exception {
        boolean over = walk.end();
        walks.remove(incident);
        return place(incident, walk, over);
    }

    private Walkthrough walking(ControlOrder said) {
        Walkthrough walk = walks.get(said.subject());
        if (walk == null) {
            throw OrderRefusedException.refused(
                    "nobody walks the runbook of this incident on this node; order \"walk\" first");
        }
        return walk;
    }

    private String open(ControlOrder said) throws Exception {
        Incident incident = found(said.subject());
        if (!incident.isOpen()) {
            throw OrderRefusedException.refused("incident " + incident.id() + " was resolved");
        }
        return incident.id();
    }

    private Incident found(String id) throws Exception {
        return desk.all().stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow(() -> ControlPart.noSuch("incident"));
    }

    private ActionItem action(String id) throws Exception {
        return desk.openActions().stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow(() -> ControlPart.noSuch("action item that is not done"));
    }

    private Action changed(ActionItem item, String who) throws Exception {
        desk.changeAction(item, who);
        return described(item);
    }

    private static Place place(String incident, Walkthrough walk, @Nullable Boolean over) {
        Runbook.Step at = walk.at();
        String kind = at instanceof Runbook.Question ? "QUESTION" : at instanceof Runbook.Action ? "ACTION" : "DONE";
        return new Place(incident, kind, walk.told(), over);
    }

    static ControlAnswer.Incident described(Incident incident) {
        Status status = incident.status();
        return new ControlAnswer.Incident(
                incident.id(),
                incident.rule(),
                incident.component(),
                incident.severity().name(),
                incident.summary(),
                incident.openedAt().toString(),
                incident.owner(),
                at(incident.mitigatedAt()),
                at(incident.resolvedAt()),
                incident.escalations(),
                at(incident.ownerDue()),
                at(incident.updateDue()),
                new ControlAnswer.Incident.Status(status.state(), status.actions(), status.next(), status.estimate()));
    }

    private static Action described(ActionItem item) {
        return new Action(
                item.id(),
                item.incident(),
                item.what(),
                item.owner(),
                item.due().toString(),
                at(item.doneAt()));
    }

    private static @Nullable String at(@Nullable Instant when) {
        return when == null ? null : when.toString();
    }
}
