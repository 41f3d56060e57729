package io.dualwrite.spring.boot.health;

import io.dualwrite.Migration;
import io.dualwrite.control.health.Finding;
import io.dualwrite.control.health.HealthBoard;
import io.dualwrite.control.health.HealthCheck;
import io.dualwrite.control.health.MigrationChecks;
import io.dualwrite.spring.boot.Controls;
import io.dualwrite.spring.boot.DualwriteProperties;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;

/**
 * The health of one migration as Spring Boot's health endpoint tells it: UP, or DEGRADED, which no group of Spring Boot's
 * takes for a failure, unless {@code dualwrite.health.report-down} was set. Thread-safe; blocks for the longest time limit of
 * a check at most, and asks the stores once in five seconds at most.
 */
public final class MigrationHealth implements AutoCloseable {
    private final MigrationChecks checks;
    private final DualwriteProperties.Health properties;
    private final Supplier<List<HealthCheck>> more;
    private @Nullable HealthBoard board;
    private boolean closed;

    /**
     * What was found.
     *
     * @param status UP, DEGRADED or DOWN
     * @param details what each check that is not well has to say, by its name; without data
     */
    public record Report(String status, Map<String, Object> details) {}

    /**
     * @param more further checks; asked for at the first look. Of several with one name the first one counts
     */
    public MigrationHealth(
            Migration migration, DualwriteProperties.Health properties, Supplier<List<HealthCheck>> more) {
        this.checks = new MigrationChecks(migration, properties.oldestIntent(), properties.verificationLag());
        this.properties = properties;
        this.more = more;
    }

    /** Checks beside those of the migration itself: the application's own, and those of what operates the migration. */
    public static List<HealthCheck> more(
            String migration,
            DualwriteProperties.Health properties,
            ObjectProvider<HealthCheck> own,
            ObjectProvider<Controls> controls) {
        return Stream.concat(
                        own.orderedStream(),
                        controls.stream()
                                .flatMap(each ->
                                        each.checks(migration, properties.slowAfter(), properties.within()).stream()))
                .toList();
    }

    /** How it is now, or was some seconds ago. */
    public Report look() {
        HealthBoard board = board();
        Finding.State state = board.state();
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("state", state.name());
        for (Finding finding : board.findings()) {
            String why = finding.why().isEmpty() ? "" : ": " + finding.why();
            details.put(finding.check(), finding.state() + why);
        }
        boolean down = state == Finding.State.DOWN && properties.reportDown();
        return new Report(down ? "DOWN" : state == Finding.State.UP ? "UP" : "DEGRADED", details);
    }

    private synchronized HealthBoard board() {
        HealthBoard open = board;
        if (open == null) {
            Map<String, HealthCheck> all = new LinkedHashMap<>();
            checks.all(properties.slowAfter(), properties.within()).forEach(check -> all.put(check.name(), check));
            more.get().forEach(check -> all.putIfAbsent(check.name(), check));
            open = new HealthBoard(List.copyOf(all.values()));
            if (closed) {
                open.close();
            }
            board = open;
        }
        return open;
    }

    /** Begins nothing more. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        if (board != null) {
            board.close();
        }
        checks.close();
    }
}
