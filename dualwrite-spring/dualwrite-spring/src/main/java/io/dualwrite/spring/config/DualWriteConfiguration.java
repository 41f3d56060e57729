package io.dualwrite.spring.config;

import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.spring.MigrationLifecycle;
import io.dualwrite.spring.ParticipationSettings;
import io.dualwrite.spring.advice.DegradationPostProcessor;
import io.dualwrite.spring.advice.ParticipationPostProcessor;
import io.dualwrite.spring.capture.CapturingDataSource;
import io.dualwrite.spring.relational.RoutedAggregates;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What {@link EnableDualWrite} imports. */
@Configuration(proxyBeanMethods = false)
public class DualWriteConfiguration {
    @Bean
    static ParticipationPostProcessor dualwriteParticipation(ListableBeanFactory beans) {
        return new ParticipationPostProcessor(
                beans,
                migration -> beans.getBeanProvider(ParticipationSettings.class).getIfUnique(() -> found(beans)));
    }

    /** What can be told of the application's DataSources. */
    private static ParticipationSettings found(ListableBeanFactory beans) {
        List<CapturingDataSource> capturing = beans.getBeanProvider(DataSource.class)
                .orderedStream()
                .filter(CapturingDataSource.class::isInstance)
                .map(CapturingDataSource.class::cast)
                .toList();
        return ParticipationSettings.defaults(
                !capturing.isEmpty(), capturing.stream().anyMatch(CapturingDataSource::follows));
    }

    @Bean
    static DegradationPostProcessor dualwriteDegradation(ListableBeanFactory beans) {
        return new DegradationPostProcessor(beans, name -> Optional.empty());
    }

    @Bean
    static RoutedAggregates dualwriteAggregates() {
        return new RoutedAggregates();
    }

    @Bean
    MigrationLifecycle dualwriteMigrationLifecycle(ObjectProvider<JdbcMigration> migrations) {
        return new MigrationLifecycle(() -> migrations.orderedStream().toList());
    }
}
