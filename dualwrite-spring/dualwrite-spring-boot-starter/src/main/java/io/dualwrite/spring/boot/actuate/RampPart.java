package io.dualwrite.spring.boot.actuate;

import io.dualwrite.control.ramp.RampControl;
import io.dualwrite.control.ramp.RampEntry;
import io.dualwrite.control.ramp.RampState;
import io.dualwrite.control.ramp.Ruling;
import io.dualwrite.spring.boot.actuate.ControlAnswer.Audit;
import io.dualwrite.spring.boot.actuate.ControlAnswer.Line;
import io.dualwrite.stage.Stage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A migration's read ramp. */
final class RampPart implements ControlPart {
    private final RampControl ramp;

    RampPart(RampControl ramp) {
        this.ramp = ramp;
    }

    @Override
    public ControlAnswer look() {
        RampState state = ramp.state();
        return new ControlAnswer.Ramp(
                state.phase().name(),
                state.percent(),
                state.step(),
                state.rollbacks(),
                state.why(),
                ramp.rulings().stream().map(Ruling::toString).toList(),
                ramp.needs());
    }

    @Override
    public ControlAnswer look(String item, @Nullable Stage stage) throws Exception {
        if (!item.equals("audit")) {
            throw ControlPart.noSuch("page; there is audit");
        }
        return new Audit(ramp.audit().stream().map(RampPart::line).toList());
    }

    private static Line line(RampEntry entry) {
        String evidence = entry.evidence().isEmpty() ? "" : " (" + entry.evidence() + ")";
        return new Line(
                entry.at().toString(),
                entry.who(),
                entry.from() + " at " + entry.fromPercent() + " % to " + entry.to() + " at " + entry.toPercent()
                        + " %: " + entry.why() + evidence);
    }

    @Override
    public ControlAnswer carryOut(String order, ControlOrder said) throws Exception {
        switch (order) {
            case "begin" -> ramp.begin(said.answering());
            case "pause" -> ramp.pause(said.answering(), said.text("why"));
            case "resume" -> ramp.resume(said.answering());
            case "abort" -> ramp.abort(said.answering(), said.text("why"));
            default -> throw ControlPart.noOrder(List.of("begin", "pause", "resume", "abort"));
        }
        return look();
    }
}
