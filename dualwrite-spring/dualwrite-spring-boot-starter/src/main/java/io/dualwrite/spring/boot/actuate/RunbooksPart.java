package io.dualwrite.spring.boot.actuate;

import io.dualwrite.control.incident.Incident;
import io.dualwrite.control.incident.IncidentDesk;
import io.dualwrite.control.incident.IncidentRule;
import io.dualwrite.spring.boot.actuate.ControlAnswer.Runbook;
import io.dualwrite.spring.boot.actuate.ControlAnswer.Runbooks;
import io.dualwrite.stage.Stage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The runbooks of a migration's rules, and drills of them: incidents that are opened on purpose. */
final class RunbooksPart implements ControlPart {
    private final IncidentDesk desk;
    private final IncidentsPart incidents;

    RunbooksPart(IncidentDesk desk, IncidentsPart incidents) {
        this.desk = desk;
        this.incidents = incidents;
    }

    @Override
    public ControlAnswer look() {
        return new Runbooks(desk.rules().stream().map(RunbooksPart::described).toList());
    }

    private static Runbooks.Entry described(IncidentRule rule) {
        return new Runbooks.Entry(
                rule.name(),
                rule.severity().name(),
                rule.component(),
                rule.summary(),
                rule.runbook().title());
    }

    @Override
    public ControlAnswer look(String item, @Nullable Stage stage) throws Exception {
        String rule = known(item);
        return new Runbook(rule, desk.walk(rule).told(), desk.runbook(rule));
    }

    @Override
    public ControlAnswer carryOut(String order, ControlOrder said) throws Exception {
        if (!order.equals("drill")) {
            throw ControlPart.noOrder(List.of("drill"));
        }
        String who = said.answering();
        String rule = known(said.subject());
        if (opened(rule) != null) {
            throw OrderRefusedException.refused(
                    "an incident of this rule is open: walk that one, by incidents/walk; a drill would end it");
        }
        desk.raise(rule);
        Incident drilled = opened(rule);
        if (drilled == null) {
            throw OrderRefusedException.refused("the incident of this drill was resolved by somebody else");
        }
        desk.acknowledge(drilled.id(), who);
        return incidents.walk(drilled.id(), who);
    }

    private @Nullable Incident opened(String rule) throws Exception {
        return desk.open().stream()
                .filter(each -> each.rule().equals(rule))
                .findFirst()
                .orElse(null);
    }

    private String known(String rule) {
        return desk.rules().stream()
                .map(IncidentRule::name)
                .filter(rule::equals)
                .findFirst()
                .orElseThrow(() -> ControlPart.noSuch("rule"));
    }
}
