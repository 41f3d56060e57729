package io.dualwrite.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.MigrationBuilder;
import io.dualwrite.MigrationSettings;
import io.dualwrite.repair.ContinuousSettings;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class MigrationPropertiesTest {
    @Test
    void whatIsNotSaidIsAsTheBuilderHasIt() {
        MigrationProperties said = new Binder(
                        new MapConfigurationPropertySource(Map.of("dualwrite.migrations.shop.attested-by", "me")))
                .bind("dualwrite", DualwriteProperties.class)
                .get()
                .migrations()
                .get("shop");
        MigrationSettings defaults = new Defaults().settings();

        assertThat(said.waitForCopy()).isEqualTo(defaults.waitForCopy());
        assertThat(said.copyDeadline()).isEqualTo(defaults.copyCalls().deadline());
        assertThat(said.staleness()).isEqualTo(defaults.staleness());
        assertThat(said.writersWait()).isEqualTo(defaults.writersWait());
        assertThat(said.handoverBudget()).isEqualTo(defaults.handover().budget());
        assertThat(said.shadowSample()).isEqualTo(defaults.shadowSample());
        assertThat(said.fallback()).isEqualTo(defaults.fallback());
        assertThat(said.verifyContinuously()).isEqualTo(defaults.continuous() != null);
        assertThat(said.continuous()).isEqualTo(ContinuousSettings.defaults());
    }

    @Test
    void editorsKnowTheProperties() throws Exception {
        try (InputStream metadata = getClass().getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            assertThat(metadata).isNotNull();
            assertThat(new String(metadata.readAllBytes(), StandardCharsets.UTF_8))
                    .contains("\"name\": \"dualwrite.enabled\"", "\"defaultValue\": true")
                    .contains("\"name\": \"dualwrite.migrations\"", MigrationProperties.class.getName());
        }
    }

    private static final class Defaults extends MigrationBuilder<Defaults> {
        @Override
        protected Defaults self() {
            return this;
        }

        @Override
        protected MigrationSettings settings() {
            return super.settings();
        }
    }
}
