package io.dualwrite.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.spring.boot.actuate.ControlAnswer;
import io.dualwrite.spring.boot.actuate.DualwriteEndpoint;
import io.dualwrite.spring.boot.actuate.DualwriteEndpointAutoConfiguration;
import io.dualwrite.spring.boot.actuate.DualwriteWebExtension;
import io.dualwrite.spring.boot.actuate.MigrationDescription;
import io.dualwrite.stage.Stage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.aot.AotDetector;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.SpringProperties;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.javapoet.ClassName;
import org.springframework.jdbc.core.JdbcTemplate;

/** Contexts that were processed ahead of time. */
class AotTest {
    private static final TestPropertyValues PROPERTIES = TestPropertyValues.of(
            "management.endpoints.web.exposure.include=dualwrite",
            "dualwrite.migrations.shop.capture=true",
            "dualwrite.migrations.shop.control.conductor=true",
            "dualwrite.migrations.shop.attested-by=the tests");

    @Test
    @CompileWithForkedClassLoader
    void aMigrationIsMadeAndCapturesInAContextThatWasProcessedAheadOfTime() {
        TestGenerationContext generated = new TestGenerationContext();
        ClassName initializer = new ApplicationContextAotGenerator().processAheadOfTime(application(), generated);
        generated.writeGeneratedContent();

        TestCompiler.forSystem().with(generated).compile(compiled -> {
            try (GenericApplicationContext context = new GenericApplicationContext()) {
                PROPERTIES.applyTo(context);
                initialize(context, compiled.getInstance(ApplicationContextInitializer.class, initializer.toString()));
                SpringProperties.setProperty(AotDetector.AOT_ENABLED, "true");
                try {
                    context.refresh();
                    follows(context);
                } finally {
                    SpringProperties.setProperty(AotDetector.AOT_ENABLED, "false");
                }
            }
        });
    }

    @Test
    void anImageKnowsWhatStandsBeforeConnectionsAndWhatTheEndpointSays() {
        TestGenerationContext generated = new TestGenerationContext();
        new ApplicationContextAotGenerator().processAheadOfTime(application(), generated);
        RuntimeHints hints = generated.getRuntimeHints();

        assertThat(hints)
                .matches(RuntimeHintsPredicates.proxies().forInterfaces(Connection.class))
                .matches(RuntimeHintsPredicates.proxies().forInterfaces(PreparedStatement.class))
                .matches(RuntimeHintsPredicates.reflection().onType(MigrationDescription.class))
                .matches(RuntimeHintsPredicates.reflection().onType(DualwriteWebExtension.Refusal.class))
                .matches(RuntimeHintsPredicates.reflection().onType(ControlAnswer.Incident.Status.class))
                .matches(RuntimeHintsPredicates.reflection().onType(MigrationProperties.class));
    }

    private static AnnotationConfigApplicationContext application() {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        PROPERTIES.applyTo(context);
        context.register(
                Shop.Origin.class,
                Shop.Target.class,
                Shop.Tables.class,
                DualwriteAutoConfiguration.class,
                DualwriteControlAutoConfiguration.class,
                DualwriteEndpointAutoConfiguration.class);
        return context;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static void initialize(GenericApplicationContext context, ApplicationContextInitializer initializer) {
        initializer.initialize(context);
    }

    private static void follows(GenericApplicationContext context) {
        try {
            JdbcMigration migration = context.getBean("shopMigration", JdbcMigration.class);
            migration.moveTo(Stage.DUAL_WRITE);
            new JdbcTemplate(context.getBean("legacy", DataSource.class))
                    .update("insert into orders (id, customer) values (1, 'Ada')");
            assertThat(migration.awaitDrained(Duration.ofSeconds(10))).isTrue();
            assertThat(new JdbcTemplate(context.getBean("next", DataSource.class))
                            .queryForObject("select customer from orders_v2", String.class))
                    .isEqualTo("Ada");
            assertThat(context.getBean(DualwriteEndpoint.class).migrations().migrations())
                    .containsKey("shop");
            assertThat(context.getBean(Controls.class).conductor("shop")).isPresent();
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }
}
