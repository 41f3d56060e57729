package io.dualwrite.spring.boot.actuate;

import io.dualwrite.control.conduct.Conductor;
import io.dualwrite.control.conduct.GateFinding;
import io.dualwrite.control.conduct.Journey;
import io.dualwrite.control.rollback.RollbackRun;
import io.dualwrite.control.rollback.RollbackStep;
import io.dualwrite.spring.boot.actuate.ControlAnswer.Audit;
import io.dualwrite.spring.boot.actuate.ControlAnswer.Forecast;
import io.dualwrite.spring.boot.actuate.ControlAnswer.Gate;
import io.dualwrite.spring.boot.actuate.ControlAnswer.Line;
import io.dualwrite.spring.boot.actuate.ControlAnswer.Returned;
import io.dualwrite.spring.boot.actuate.ControlAnswer.WayBack;
import io.dualwrite.stage.Stage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who walks a migration through its stages. */
final class ConductorPart implements ControlPart {
    private final Conductor conductor;

    ConductorPart(Conductor conductor) {
        this.conductor = conductor;
    }

    @Override
    public ControlAnswer look() {
        return described(conductor.state(), conductor.against());
    }

    @Override
    public ControlAnswer look(String item, @Nullable Stage stage) throws Exception {
        return switch (item) {
            case "forecast" ->
                new Forecast(conductor.forecast(stage == null ? Stage.COMPLETE : stage).stream()
                        .map(step -> new Forecast.Step(
                                step.from().name(), step.to().name(), step.isFree(), gates(step.findings())))
                        .toList());
            case "rollback" ->
                new WayBack(
                        conductor.rollbackPlan().steps().stream()
                                .map(RollbackStep::name)
                                .toList(),
                        conductor.rollbackPage());
            case "audit" ->
                new Audit(conductor.audit().stream()
                        .map(entry -> new Line(entry.at().toString(), entry.who(), entry.what()))
                        .toList());
            default -> throw ControlPart.noSuch("page; there are forecast, rollback, audit");
        };
    }

    @Override
    public ControlAnswer carryOut(String order, ControlOrder said) throws Exception {
        switch (order) {
            case "travel" -> {
                List<GateFinding> against = conductor.travel(said.goal(), said.answering());
                return described(conductor.state(), against);
            }
            case "approve" -> conductor.approve(said.goal(), said.answering());
            case "hold" -> {
                return described(conductor.hold(said.answering(), said.text("why")), List.of());
            }
            case "resume" -> {
                return described(conductor.resume(said.answering()), List.of());
            }
            case "abort" -> {
                return told(conductor.abort(said.answering(), said.text("why")));
            }
            default -> throw ControlPart.noOrder(List.of("travel", "approve", "hold", "resume", "abort"));
        }
        return look();
    }

    private static Returned told(RollbackRun run) {
        return new Returned(
                run.complete(),
                run.steps().stream()
                        .map(made -> new Returned.Made(made.step(), made.took().toString()))
                        .toList(),
                run.against());
    }

    private ControlAnswer described(Journey journey, List<GateFinding> against) {
        Map<String, String> approvals = new LinkedHashMap<>();
        journey.approvals().forEach((stage, who) -> approvals.put(stage.name(), who));
        return new ControlAnswer.Journey(
                journey.phase().name(),
                named(journey.at()),
                named(journey.goal()),
                named(journey.step()),
                journey.soaked().toString(),
                approvals,
                journey.why(),
                gates(against),
                conductor.fleetDisagreements());
    }

    private static @Nullable String named(@Nullable Stage stage) {
        return stage == null ? null : stage.name();
    }

    private static List<Gate> gates(List<GateFinding> findings) {
        return findings.stream()
                .map(finding -> new Gate(finding.gate(), finding.reasons()))
                .toList();
    }
}
