package io.dualwrite.control.meters;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.control.incident.IncidentRule;
import io.dualwrite.control.incident.MigrationRules;
import io.dualwrite.control.incident.Objectives;
import io.dualwrite.control.ramp.RampMeters;
import io.dualwrite.control.ramp.RampPhase;
import io.dualwrite.control.ramp.RampState;
import io.dualwrite.event.Meters;
import io.dualwrite.stage.Stage;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shipped files for Prometheus and Grafana know nothing but meters that a migration really has. */
class PrometheusNamesTest {
    private static final String RULES = "prometheus-rules.yml";
    private static final String DASHBOARD = "grafana-dashboard.json";
    private static final Pattern METER = Pattern.compile("\\bdualwrite_[a-z_]+\\b");
    private static final Pattern EXPRESSION = Pattern.compile("\"?expr\"?: \"?(.*)");

    /** The samples of a migration, as Prometheus gets them. */
    private static String scrape() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (Meters meters = new Meters(registry, "shop", () -> Stage.SHADOW);
                RampMeters ramp = new RampMeters(registry, "shop", () -> RampState.FIRST)) {
            return registry.scrape();
        }
    }

    private static Set<String> scraped() {
        Set<String> names = new TreeSet<>();
        Matcher sample = Pattern.compile("(?m)^(dualwrite_[a-z_]+)\\{[^}]*migration=\"shop\"")
                .matcher(scrape());
        while (sample.find()) {
            names.add(sample.group(1));
        }
        return names;
    }

    private static String shipped(String name) throws IOException {
        try (InputStream file = MigrationRules.class.getResourceAsStream("/io/dualwrite/control/" + name)) {
            assertThat(file).as(name).isNotNull();
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<String> expressions(String name) throws IOException {
        return shipped(name)
                .lines()
                .map(String::strip)
                .map(EXPRESSION::matcher)
                .filter(Matcher::matches)
                .map(expression -> expression.group(1))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {RULES, DASHBOARD})
    void everyMeterInAnExpressionIsOneThatAMigrationHas(String name) throws IOException {
        assertThat(expressions(name)).hasSizeGreaterThan(7).allSatisfy(expression -> {
            Set<String> used = METER.matcher(expression)
                    .results()
                    .map(found -> found.group())
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(used).isNotEmpty();
            assertThat(scraped()).containsAll(used);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {RULES, DASHBOARD})
    void everyLabelInAnExpressionIsOneThatItsMeterHas(String name) throws IOException {
        Pattern selected = Pattern.compile("(dualwrite_[a-z_]+)\\{([^}]*)\\}");
        String scraped = scrape();
        assertThat(expressions(name)).allSatisfy(expression -> {
            assertThat(expression).contains("by (migration)");
            selected.matcher(expression).results().forEach(meter -> {
                for (String label : meter.group(2).split(",")) {
                    String told = label.replaceAll("=.*", "") + "=\"";
                    assertThat(scraped.lines()
                                    .filter(line -> line.startsWith(meter.group(1) + "{") && line.contains(told)))
                            .as(meter.group())
                            .isNotEmpty();
                }
            });
        });
    }

    private static String alert(String name) throws IOException {
        Matcher alert = Pattern.compile("alert: Dualwrite_" + name + "\\n\\s+expr: (.*)\\n(?:\\s+for: (\\w+)\\n)?")
                .matcher(shipped(RULES));
        assertThat(alert.find()).as(name).isTrue();
        return alert.group(1) + (alert.group(2) == null ? "" : " for " + alert.group(2));
    }

    @Test
    void theLimitsOfAlertsAreThoseOfTheRules() throws IOException {
        Objectives objectives = Objectives.defaults();
        int frozen = Stage.FROZEN.ordinal();
        assertThat(alert("handover_stuck")).endsWith("(dualwrite_stage) == " + frozen + " for 1m");
        assertThat(alert("divergence_after_cutover"))
                .contains("[10m])) > 0 and")
                .endsWith("stage) > " + frozen);
        assertThat(alert("mismatch_confirmed")).contains("[10m])) > 0 and").endsWith("stage) < " + frozen);
        assertThat(alert("ramp_rolled_back")).endsWith("phase) == " + RampPhase.ROLLED_BACK.ordinal());
        assertThat(alert("ramp_held")).endsWith("phase) == " + RampPhase.HELD.ordinal());
        assertThat(alert("breaker_open"))
                .endsWith(") > 0 for " + objectives.breakerOpen().toMinutes() + "m");
        assertThat(alert("backlog_old"))
                .endsWith(") > " + objectives.oldestIntent().toSeconds() + " for 1m");
        assertThat(alert("quarantined")).endsWith(") > 0 for 1m");
        assertThat(alert("verification_behind"))
                .endsWith(") > " + objectives.verificationLag().toSeconds());
        assertThat(alert("flag_failing")).endsWith("[10m])) > 0");
    }

    @Test
    void everyAlertIsARuleWithItsSeverityAndComponent() throws IOException {
        Matcher alerts = Pattern.compile(
                        "alert: Dualwrite_(\\w+)\\n.*?severity: (\\w+)\\n\\s+component: (\\w+)\\n", Pattern.DOTALL)
                .matcher(shipped(RULES));
        List<IncidentRule> rules = MigrationRules.all(Objectives.defaults());
        int found = 0;
        while (alerts.find()) {
            found++;
            String name = alerts.group(1).replace('_', '-');
            assertThat(rules)
                    .filteredOn(rule -> rule.name().equals(name))
                    .as(name)
                    .singleElement()
                    .satisfies(rule -> assertThat(rule.severity().name()).isEqualToIgnoringCase(alerts.group(2)))
                    .satisfies(rule -> assertThat(rule.component()).isEqualTo(alerts.group(3)));
        }
        assertThat(found).isEqualTo(expressions(RULES).size());
    }

    @Test
    void theStagesBeyondTheFlipAreThoseAfterFrozen() {
        for (Stage stage : Stage.values()) {
            assertThat(stage.ordinal() > Stage.FROZEN.ordinal())
                    .isEqualTo(stage.isBeyondFlip() && stage != Stage.FROZEN);
        }
    }
}
