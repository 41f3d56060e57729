package io.dualwrite.spring.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.spring.capture.CapturingDataSource;
import io.dualwrite.spring.capture.UnnamedChanges;
import io.dualwrite.spring.jpa.JpaShop.Databases;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.hibernate.boot.model.naming.Identifier;
import org.hibernate.boot.model.naming.PhysicalNamingStrategyStandardImpl;
import org.hibernate.engine.jdbc.env.spi.JdbcEnvironment;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;

/** A persistence unit is made while the target is away. */
class UnreachedUnitTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Other names than the origin's. */
    public static final class NextNames extends PhysicalNamingStrategyStandardImpl {
        private static final long serialVersionUID = 1;

        @Override
        public Identifier toPhysicalTableName(Identifier name, JdbcEnvironment environment) {
            return Identifier.toIdentifier("next_" + name.getText());
        }
    }

    @Test
    void theTargetIsAskedOnceAndNothingOfItIsMadeOnTheOrigin() {
        Databases databases = Databases.ofH2();
        AtomicInteger asked = new AtomicInteger();
        DataSource away = new DelegatingDataSource(databases.target()) {
            @Override
            public Connection getConnection() throws SQLException {
                asked.incrementAndGet();
                throw new SQLException("not there yet", "08001");
            }
        };
        LocalContainerEntityManagerFactoryBean bean = JpaShop.unit(CapturingDataSource.following(
                databases.origin(), () -> away, () -> null, UnnamedChanges.REFUSE, PATIENCE));
        RoutedPersistenceUnit unit = RoutedPersistenceUnit.of(
                bean,
                Map.of(
                        "hibernate.dialect",
                        "org.hibernate.dialect.H2Dialect",
                        "hibernate.physical_naming_strategy",
                        NextNames.class.getName()),
                PATIENCE);
        try {
            bean.afterPropertiesSet();

            assertThat(unit.tables(List.of())).hasSameSizeAs(JpaShop.TABLES.keySet());
            assertThat(asked).hasValue(1);
            assertThat(new JdbcTemplate(databases.origin())
                            .queryForList(
                                    "select table_name from information_schema.tables where table_name ilike 'hte%'",
                                    String.class))
                    .isNotEmpty()
                    .noneMatch(table -> table.toLowerCase(java.util.Locale.ROOT).contains("next"));
        } finally {
            bean.destroy();
        }
    }
}
