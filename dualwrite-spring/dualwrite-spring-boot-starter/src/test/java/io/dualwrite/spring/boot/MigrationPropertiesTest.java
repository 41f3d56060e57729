package io.dualwrite.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.MigrationBuilder;
import io.dualwrite.MigrationSettings;
import io.dualwrite.repair.ContinuousSettings;
import java.io.IOException;
import java.util.HashMap;
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
        assertThat(said.fallback()).isEqualTo(defaults.fallback().covers(new IOException()));
        assertThat(said.verifyContinuously()).isEqualTo(defaults.continuous() != null);
        assertThat(said.continuous()).isEqualTo(ContinuousSettings.defaults());
        assertThat(said.createTables()).isNull();
    }

    @Test
    void whatContradictsItselfIsRefused() {
        assertThatThrownBy(() -> bound(Map.of("read-ramp", "5", "control.ramp", "true")))
                .rootCause()
                .hasMessageContaining("leave one of them out");
        assertThatThrownBy(() -> bound(Map.of("control.contacts.primary", "team")))
                .rootCause()
                .hasMessageContaining("primary, backup and channel");
        assertThatThrownBy(() -> bound(Map.of("control.nodes", "0")))
                .rootCause()
                .hasMessageContaining("not 0");
        assertThat(bound(Map.of("control.ramp", "true")).control().ramp()).isTrue();
    }

    private static MigrationProperties bound(Map<String, String> said) {
        Map<String, String> all = new HashMap<>();
        said.forEach((name, value) -> all.put("dualwrite.migrations.shop." + name, value));
        return new Binder(new MapConfigurationPropertySource(all))
                .bind("dualwrite", DualwriteProperties.class)
                .get()
                .migrations()
                .get("shop");
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
