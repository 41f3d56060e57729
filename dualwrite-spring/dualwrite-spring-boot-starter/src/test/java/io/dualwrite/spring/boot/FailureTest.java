package io.dualwrite.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.decorate.Reads;
import io.dualwrite.spring.DualWrite;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.io.support.SpringFactoriesLoader;

/** What somebody reads whose application does not start. */
class FailureTest {
    private final ApplicationContextRunner shop = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(DualwriteAutoConfiguration.class))
            .withUserConfiguration(Shop.Origin.class)
            .withPropertyValues("dualwrite.migrations.shop.create-tables=true");

    @Test
    void withoutATargetItSaysHowToDeclareOne() {
        FailureAnalysis said = failure(shop.withUserConfiguration(Shop.Tables.class));

        assertThat(said.getDescription())
                .isEqualTo("There is no DataSource bean 'target', the target of migration 'shop'.");
        assertThat(said.getAction())
                .contains("@Bean(defaultCandidate = false) @Qualifier(\"target\")")
                .contains("dualwrite.migrations.shop.target");
    }

    @Test
    void theSameDataSourceTwiceIsRefused() {
        FailureAnalysis said = failure(shop.withUserConfiguration(Shop.Tables.class)
                .withPropertyValues("dualwrite.migrations.shop.target=legacy"));

        assertThat(said.getDescription()).isEqualTo("Origin and target of migration 'shop' are the same DataSource.");
        assertThat(said.getAction()).contains("second DataSource");
    }

    @Test
    void withoutATableItSaysHowToDeclareOne() {
        FailureAnalysis said = failure(shop.withUserConfiguration(Shop.Target.class));

        assertThat(said.getDescription()).isEqualTo("Migration 'shop' has no tables to move.");
        assertThat(said.getAction()).contains("io.dualwrite.jdbc.Table").contains("Jdbc.table(...)");
    }

    @Test
    void severalMigrationsMustSayWhichTablesTheyMove() {
        FailureAnalysis said = failure(shop.withUserConfiguration(Shop.Target.class, Shop.Tables.class)
                .withPropertyValues("dualwrite.migrations.archive.create-tables=true"));

        assertThat(said.getDescription()).startsWith("There are several migrations, and migration 'archive'");
        assertThat(said.getAction()).contains("dualwrite.migrations.archive.tables");
    }

    @Test
    void aTableThatIsNoBeanIsNamed() {
        FailureAnalysis said = failure(shop.withUserConfiguration(Shop.Target.class, Shop.Tables.class)
                .withPropertyValues("dualwrite.migrations.shop.tables=ordersTable,customers"));

        assertThat(said.getDescription()).isEqualTo("There is no Table bean 'customers', a table of migration 'shop'.");
    }

    @Test
    void missingTablesOfTheLibrarysOwnAreSaidWithHowToGetThem() {
        FailureAnalysis said = failure(shop.withUserConfiguration(Shop.Target.class, Shop.Tables.class)
                .withPropertyValues("dualwrite.migrations.shop.create-tables=false"));

        assertThat(said.getDescription()).contains("migration 'shop'").contains("ORIGIN");
        assertThat(said.getAction())
                .contains("dualwrite.jdbc.initialize-schema=always")
                .contains("io.dualwrite.jdbc.Schema");
    }

    @Test
    void aTableThatIsNotThereIsSaid() {
        FailureAnalysis said = failure(new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(DualwriteAutoConfiguration.class))
                .withBean("legacy", DataSource.class, Shop::database)
                .withUserConfiguration(Shop.Target.class, Shop.Tables.class)
                .withPropertyValues("dualwrite.migrations.shop.attested-by=the tests"));

        assertThat(said.getDescription()).contains("orders");
        assertThat(said.getAction()).contains("nothing was started");
    }

    @Test
    void everythingThatContradictsItselfIsListedAtOnce() {
        FailureAnalysis said = failure(shop.withUserConfiguration(Shop.Target.class, Shop.Tables.class)
                .withPropertyValues(
                        "dualwrite.migrations.shop.shadow-sample=2", "dualwrite.migrations.shop.writers-wait=1s"));

        assertThat(said.getDescription()).contains("\n    - shadowSample").contains("\n    - writersWait");
        assertThat(said.getAction()).contains("dualwrite.migrations");
    }

    @Test
    void aStageThatIsOnlyPassedThroughIsRefused() {
        FailureAnalysis said = failure(shop.withPropertyValues("dualwrite.migrations.shop.stage=frozen"));

        assertThat(said.getDescription()).contains("FROZEN is only passed through");
    }

    @Test
    void aVerificationThatCouldNotRunIsRefusedBeforeItIsSwitchedOn() {
        FailureAnalysis said = failure(shop.withPropertyValues("dualwrite.migrations.shop.verify-interval=1s"));

        assertThat(said.getDescription()).contains("interval is PT10S or more, not PT1S");
    }

    @Test
    void anAnnotationOfAMigrationThatNoticesNothingIsRefused() {
        FailureAnalysis said = failure(shop.withUserConfiguration(Shop.Target.class, Shop.Tables.class)
                .withBean("annotated", Annotated.class, Annotated::new));

        assertThat(said.getDescription()).contains("'annotated'").contains("migration 'shop'");
        assertThat(said.getAction()).contains("dualwrite.migrations.shop.capture=true");
    }

    @Test
    void readsThatCannotReachTheCopyAreRefused() {
        FailureAnalysis said = failure(shop.withUserConfiguration(Shop.Target.class, Shop.Tables.class)
                .withPropertyValues("dualwrite.migrations.shop.capture=true")
                .withBean("annotated", Annotated.class, Annotated::new));

        assertThat(said.getAction()).contains("dualwrite.migrations.shop.follow-authority=true");
    }

    @DualWrite("shop")
    static class Annotated {
        @Reads
        public long count() {
            return 0;
        }
    }

    @Test
    void aShareBeyondAllIsRefused() {
        assertThat(failure(shop.withPropertyValues("dualwrite.migrations.shop.read-ramp=101"))
                        .getDescription())
                .contains("read-ramp is 0 to 100 percent, not 101");
    }

    @Test
    void aStarterWithoutAMigrationSaysHowToDeclareOneOrToSwitchItOff() {
        FailureAnalysis said = failure(new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(DualwriteAutoConfiguration.class)));

        assertThat(said.getDescription()).isEqualTo("The Dualwrite starter is there, but no migration is declared.");
        assertThat(said.getAction()).contains("dualwrite.migrations.<name>").contains("dualwrite.enabled=false");
    }

    /** As SpringApplication does it, with all analyzers there are. */
    private static FailureAnalysis failure(ApplicationContextRunner application) {
        FailureAnalysis[] said = new FailureAnalysis[1];
        application.run(context -> {
            assertThat(context).hasFailed();
            List<FailureAnalyzer> analyzers = SpringFactoriesLoader.forDefaultResourceLocation()
                    .load(
                            FailureAnalyzer.class,
                            SpringFactoriesLoader.FailureHandler.logging(
                                    org.apache.commons.logging.LogFactory.getLog(FailureTest.class)));
            for (FailureAnalyzer analyzer : analyzers) {
                said[0] = said[0] != null ? said[0] : analyzer.analyze(context.getStartupFailure());
            }
        });
        assertThat(said[0]).as("an analysis of the failure").isNotNull();
        return said[0];
    }
}
