package io.dualwrite.spring.boot;

import io.dualwrite.control.conduct.Conductor;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * What operates migrations: the conductor {@code <name>Conductor}, the read ramp {@code <name>Ramp} and the incidents {@code
 * <name>Incidents} of each migration that asks for them under {@code dualwrite.migrations.<name>.control}, each with the
 * qualifier {@code <name>}. Beans of these types that the application declares itself take part as well. Where neither is so,
 * there is nothing that runs.
 */
@AutoConfiguration(after = DualwriteAutoConfiguration.class)
@ConditionalOnClass(Conductor.class)
@ConditionalOnBean(StageHolds.class)
@Import(ControlRegistrar.class)
public final class DualwriteControlAutoConfiguration {
    @Bean(ControlAssembly.BEAN)
    ControlAssembly dualwriteControlAssembly(
            DualwriteProperties properties,
            ConfigurableListableBeanFactory beans,
            ObjectProvider<DataSource> dataSources) {
        return new ControlAssembly(properties, new MigrationBeans(beans, dataSources));
    }

    @Bean
    Controls dualwriteControls(ConfigurableListableBeanFactory beans, ControlAssembly assembly) {
        return new Controls(beans, assembly);
    }
}
