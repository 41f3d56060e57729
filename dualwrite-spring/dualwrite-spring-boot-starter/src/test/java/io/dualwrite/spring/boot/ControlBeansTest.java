package io.dualwrite.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dualwrite.control.conduct.ConductPlan;
import io.dualwrite.control.conduct.ConductSettings;
import io.dualwrite.control.conduct.Conductor;
import io.dualwrite.control.conduct.MemoryJourneyStore;
import io.dualwrite.control.conduct.StageGate;
import io.dualwrite.control.incident.Contacts;
import io.dualwrite.control.incident.EscalationMatrix;
import io.dualwrite.control.incident.IncidentDesk;
import io.dualwrite.control.incident.IncidentRule;
import io.dualwrite.control.incident.IncidentSink;
import io.dualwrite.control.incident.MigrationRules;
import io.dualwrite.control.incident.Runbook;
import io.dualwrite.control.incident.Severity;
import io.dualwrite.control.ramp.RampControl;
import io.dualwrite.control.rollback.MemoryStepTimes;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.spring.MigrationSetupException;
import io.dualwrite.spring.boot.actuate.ControlRoom;
import io.dualwrite.spring.boot.actuate.DualwriteEndpoint;
import io.dualwrite.spring.boot.actuate.DualwriteEndpointAutoConfiguration;
import io.dualwrite.spring.capture.CapturingDataSource;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/** What operates a migration is there where it was asked for, and nothing of it otherwise. */
class ControlBeansTest {
    private final ApplicationContextRunner shop = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    DualwriteAutoConfiguration.class,
                    DualwriteControlAutoConfiguration.class,
                    DualwriteEndpointAutoConfiguration.class))
            .withUserConfiguration(Shop.Origin.class, Shop.Target.class, Shop.Tables.class)
            .withPropertyValues(
                    "management.endpoints.web.exposure.include=dualwrite",
                    "management.endpoints.jmx.exposure.include=dualwrite",
                    "dualwrite.migrations.shop.follow-authority=true");

    @Configuration(proxyBeanMethods = false)
    static class OwnConductor {
        @Bean
        Conductor walker(JdbcMigration migration) {
            return Conductor.open(
                    migration,
                    ConductPlan.defaults(),
                    new MemoryJourneyStore(),
                    new MemoryStepTimes(),
                    ConductSettings.defaults());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnParts {
        private final List<String> told = new CopyOnWriteArrayList<>();

        List<String> told() {
            return told;
        }

        @Bean
        StageGate release() {
            return new StageGate("release", Set.of(Stage.LIVE), () -> List.of("a release is under way"));
        }

        @Bean
        IncidentRule payments() {
            return new IncidentRule(
                    "payment-refused",
                    Severity.HIGH,
                    "payments",
                    "The provider refuses payments",
                    facts -> false,
                    new Runbook("Payments are refused", List.of(), Runbook.does("payments go through", "Call them.")),
                    false);
        }

        @Bean
        IncidentSink pager() {
            return notice -> told.add(notice.kind() + " " + notice.incident().rule() + " to " + notice.to());
        }

        @Bean
        EscalationMatrix matrix() {
            EscalationMatrix.Builder matrix =
                    EscalationMatrix.builder().component("payments", new Contacts("cashier", "chief", "#payments"));
            MigrationRules.components()
                    .forEach(component -> matrix.component(component, new Contacts("team", "lead", "#shop")));
            return matrix.build();
        }
    }

    @Test
    void gatesRulesSinksAndContactsOfTheApplicationTakePart() {
        shop.withUserConfiguration(OwnParts.class)
                .withPropertyValues(
                        "dualwrite.migrations.shop.control.conductor=true",
                        "dualwrite.migrations.shop.control.incidents=true",
                        "dualwrite.migrations.shop.control.nodes=2")
                .run(context -> {
                    assertThat(context.getBean("shopConductor", Conductor.class).forecast(Stage.LIVE))
                            .last()
                            .satisfies(step -> assertThat(step.findings().toString())
                                    .contains("release: a release is under way", "of 2 nodes are there"));
                    context.getBean("shopIncidents", IncidentDesk.class).raise("payment-refused");
                    await().atMost(Duration.ofMinutes(1))
                            .until(() -> context.getBean(OwnParts.class)
                                    .told()
                                    .contains("OPENED payment-refused to cashier"));
                });
    }

    @Test
    void nothingOfItIsThereUnlessItWasAskedFor() {
        shop.run(context -> {
            assertThat(context)
                    .doesNotHaveBean(Conductor.class)
                    .doesNotHaveBean(RampControl.class)
                    .doesNotHaveBean(IncidentDesk.class);
            assertThat(tables(context.getBean("legacy", DataSource.class)))
                    .isNotEmpty()
                    .noneMatch(table -> table.matches("(?i)dualwrite_(journey|ramp|incident|step|canary).*"));
            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.matches("dualwrite-shop-(conductor|ramp|incidents|sink).*"));
        });
    }

    @Test
    void withoutTheModuleForItMigrationsRunAsEver() {
        shop.withClassLoader(new FilteredClassLoader("io.dualwrite.control"))
                .withPropertyValues("dualwrite.migrations.shop.control.conductor=true")
                .run(context -> {
                    assertThat(context)
                            .hasNotFailed()
                            .doesNotHaveBean(Controls.class)
                            .doesNotHaveBean(ControlRoom.class)
                            .hasSingleBean(DualwriteEndpoint.class);
                    assertThat(context.getBean(JdbcMigration.class).isStarted()).isTrue();
                });
    }

    @Test
    void whatPropertiesAskForIsOpenedAndKeepsItsTablesAtTheOriginAlsoAfterTheSwitch() {
        shop.withPropertyValues(
                        "dualwrite.migrations.shop.attested-by=the tests",
                        "dualwrite.migrations.shop.control.conductor=true",
                        "dualwrite.migrations.shop.control.ramp=true",
                        "dualwrite.migrations.shop.control.incidents=true",
                        "dualwrite.migrations.shop.control.contacts.primary=team",
                        "dualwrite.migrations.shop.control.contacts.backup=lead",
                        "dualwrite.migrations.shop.control.contacts.channel=#shop")
                .run(context -> {
                    Controls controls = context.getBean(Controls.class);
                    Conductor conductor = context.getBean("shopConductor", Conductor.class);
                    assertThat(controls.conductor("shop")).contains(conductor);
                    assertThat(controls.ramp("shop")).contains(context.getBean("shopRamp", RampControl.class));
                    assertThat(controls.incidents("shop"))
                            .contains(context.getBean("shopIncidents", IncidentDesk.class));
                    assertThat(tables(context.getBean("legacy", DataSource.class)))
                            .contains("DUALWRITE_JOURNEY", "DUALWRITE_RAMP", "DUALWRITE_INCIDENT");

                    live(context.getBean(JdbcMigration.class));
                    conductor.hold("ann", "a release");
                    assertThat(new JdbcTemplate(CapturingDataSource.behind(context.getBean("legacy", DataSource.class)))
                                    .queryForObject("SELECT phase FROM dualwrite_journey", String.class))
                            .isEqualTo("HELD");
                });
    }

    private static void live(JdbcMigration migration) throws Exception {
        migration.moveTo(Stage.DUAL_WRITE);
        migration.backfill();
        for (int passes = 0;
                passes < 5 && !migration.verify(VerifyPolicy.REPAIR).isClean();
                passes++) {
            migration.awaitDrained(Duration.ofSeconds(5));
        }
        migration.moveTo(Stage.LIVE);
    }

    @Test
    void whatTheApplicationDeclaresTakesPartAndTwoOfAKindAreRefused() {
        shop.withUserConfiguration(OwnConductor.class)
                .run(context -> assertThat(context.getBean(Controls.class).conductor("shop"))
                        .contains(context.getBean("walker", Conductor.class)));
        shop.withUserConfiguration(OwnConductor.class)
                .withPropertyValues("dualwrite.migrations.shop.control.conductor=true")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(MigrationSetupException.class)
                        .hasMessageContaining("Two Conductor beans are of migration 'shop'"));
    }

    @Test
    void incidentsThatNobodyIsToldAboutAreRefused() {
        shop.withPropertyValues("dualwrite.migrations.shop.control.incidents=true")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(MigrationSetupException.class)
                        .hasMessageContaining("nobody is told about them"));
    }

    private static List<String> tables(DataSource source) {
        return new JdbcTemplate(CapturingDataSource.behind(source))
                .queryForList(
                        "SELECT UPPER(table_name) FROM information_schema.tables WHERE UPPER(table_name) LIKE 'DUALWRITE%'",
                        String.class);
    }
}
