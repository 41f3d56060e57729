package io.dualwrite.spring.boot.actuate;

import io.dualwrite.control.rehearsal.Rehearsal;
import io.dualwrite.control.rehearsal.RehearsalReport;
import io.dualwrite.control.rehearsal.RehearsalReport.Check;
import io.dualwrite.spring.boot.actuate.ControlAnswer.Rehearsed;
import io.dualwrite.spring.boot.actuate.MigrationDescription.JobDescription;
import io.dualwrite.stage.Stage;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A migration's rehearsal: begun here, it goes on in the background of this node, one at a time. */
final class RehearsalPart implements ControlPart {
    private final Rehearsal<?, ?> rehearsal;
    private final LongJob job;
    private final List<Check> checks = new CopyOnWriteArrayList<>();
    private volatile @Nullable RehearsalReport report;

    RehearsalPart(Rehearsal<?, ?> rehearsal, Clock clock) {
        this.rehearsal = rehearsal;
        this.job = new LongJob("dualwrite-" + rehearsal.migration() + "-ordered-rehearsal", clock);
    }

    @Override
    public ControlAnswer look() {
        JobDescription last = job.described();
        RehearsalReport ended = last != null && last.state().equals("RUNNING") ? null : report;
        Object failure = last == null ? null : last.told().get("failure");
        return new Rehearsed(
                last == null ? "NEVER" : last.state(),
                last == null ? null : last.since(),
                failure == null ? null : failure.toString(),
                checks.stream()
                        .map(check -> new Rehearsed.Check(check.name(), check.holds(), check.told()))
                        .toList(),
                ended == null ? null : ended.isReady(),
                ended == null ? List.of() : ended.against(),
                ended == null ? null : ended.markdown());
    }

    @Override
    public ControlAnswer look(String item, @Nullable Stage stage) {
        throw ControlPart.noSuch("page");
    }

    @Override
    public ControlAnswer carryOut(String order, ControlOrder said) {
        if (!order.equals("begin")) {
            throw ControlPart.noOrder(List.of("begin"));
        }
        said.answering();
        if (!job.begin(this::rehearse)) {
            throw OrderRefusedException.refused("a rehearsal is running on this node already; wait for its end");
        }
        return look();
    }

    private Map<String, Object> rehearse() throws InterruptedException {
        report = null;
        checks.clear();
        report = rehearsal.rehearse(checks::add);
        return Map.of();
    }

    @Override
    public void close() {
        job.close();
    }
}
