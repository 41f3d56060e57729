package io.dualwrite.spring.jpa;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Table;
import io.dualwrite.servers.PostgresServer;
import io.dualwrite.spring.capture.CapturingDataSource;
import io.dualwrite.spring.capture.UnnamedChanges;
import io.dualwrite.stage.Stage;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.hibernate.boot.model.naming.Identifier;
import org.hibernate.boot.model.naming.PhysicalNamingStrategyStandardImpl;
import org.hibernate.engine.jdbc.env.spi.JdbcEnvironment;
import org.junit.jupiter.api.Test;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;

/** A column that holds less on one side is refused in a table that has another name for one of its columns, too. */
class NarrowerColumnTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Entity(name = "Snapshot")
    public static class Snapshot {
        @Id
        public long id;

        public byte[] contents = {};

        public String takenBy = "";
    }

    /** Another name for one of its columns. */
    public static final class NextNames extends PhysicalNamingStrategyStandardImpl {
        private static final long serialVersionUID = 1;

        @Override
        public Identifier toPhysicalColumnName(Identifier name, JdbcEnvironment environment) {
            return name.getText().equals("takenBy") ? Identifier.toIdentifier("photographer") : name;
        }
    }

    @Test
    void itIsNamedWithWhoMayAnswerForIt() throws Exception {
        assertThatThrownBy(() -> move(List.of())).hasMessageContaining("Snapshot.contents to dualwrite.migrations");
        assertThatCode(() -> move(List.of("Snapshot.contents"))).doesNotThrowAnyException();
    }

    private static void move(List<String> fitting) throws Exception {
        JdbcDataSource origin = new JdbcDataSource();
        origin.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        DataSource target = PostgresServer.newPooledSchema();
        AtomicReference<JdbcMigration> made = new AtomicReference<>();
        LocalContainerEntityManagerFactoryBean bean = new LocalContainerEntityManagerFactoryBean();
        bean.setDataSource(
                CapturingDataSource.following(origin, () -> target, made::get, UnnamedChanges.REFUSE, PATIENCE));
        bean.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
        bean.setManagedTypes(PersistenceManagedTypes.of(Snapshot.class.getName()));
        bean.setJpaPropertyMap(Map.of("hibernate.hbm2ddl.auto", "update"));
        RoutedPersistenceUnit unit = RoutedPersistenceUnit.of(
                bean,
                Map.of(
                        "hibernate.hbm2ddl.auto",
                        "update",
                        "hibernate.physical_naming_strategy",
                        NextNames.class.getName()),
                PATIENCE);
        bean.afterPropertiesSet();
        try (JdbcMigration migration = Jdbc.migration("shop", origin, target)
                .records(unit.tables(fitting).toArray(Table[]::new))
                .createTables(true)
                .attestedBy("the tests")
                .build()) {
            made.set(migration);
            migration.start();
            migration.moveTo(Stage.DUAL_WRITE);
        } finally {
            bean.destroy();
        }
    }
}
