package io.dualwrite.spring.boot.actuate;

import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.spring.advice.DegradationPostProcessor;
import io.dualwrite.spring.boot.Controls;
import io.dualwrite.spring.boot.DualwriteControlAutoConfiguration;
import io.dualwrite.spring.boot.StageHolds;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The endpoint {@code dualwrite}, where Actuator is there and the endpoint is exposed. */
@AutoConfiguration(after = DualwriteControlAutoConfiguration.class)
@ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
@ConditionalOnBean(StageHolds.class)
@ConditionalOnAvailableEndpoint(DualwriteEndpoint.class)
public final class DualwriteEndpointAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean
    DualwriteEndpoint dualwriteEndpoint(
            ObjectProvider<JdbcMigration> migrations,
            StageHolds holds,
            ObjectProvider<ObservationRegistry> observations,
            ObjectProvider<DegradationPostProcessor> parts,
            ObjectProvider<ControlRoom> control) {
        return new DualwriteEndpoint(
                () -> migrations.orderedStream().toList(),
                holds::of,
                observations.getIfUnique(() -> ObservationRegistry.NOOP),
                () -> parts.stream().flatMap(each -> each.states().stream()).toList(),
                control::getIfAvailable);
    }

    @Bean
    @ConditionalOnMissingBean
    DualwriteWebExtension dualwriteWebExtension(DualwriteEndpoint endpoint) {
        return new DualwriteWebExtension(endpoint);
    }

    /** What operates the migrations besides, where the module for it is there. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBean(Controls.class)
    static class Control {
        @Bean
        ControlRoom dualwriteControlRoom(Controls controls, ObjectProvider<ObservationRegistry> observations) {
            return new ControlRoom(controls, observations.getIfUnique(() -> ObservationRegistry.NOOP));
        }
    }
}
