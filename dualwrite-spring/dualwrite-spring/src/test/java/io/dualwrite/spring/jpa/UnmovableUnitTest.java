package io.dualwrite.spring.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.Table;
import io.dualwrite.spring.MigrationSetupException;
import io.dualwrite.spring.capture.CapturingDataSource;
import io.dualwrite.spring.capture.UnnamedChanges;
import jakarta.persistence.ConstraintMode;
import jakarta.persistence.Entity;
import jakarta.persistence.ForeignKey;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.Lob;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToOne;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.hibernate.boot.model.TypeContributions;
import org.hibernate.dialect.PostgreSQLDialect;
import org.hibernate.engine.jdbc.dialect.spi.DialectResolutionInfo;
import org.hibernate.service.ServiceRegistry;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.descriptor.jdbc.LongVarbinaryJdbcType;
import org.hibernate.type.descriptor.jdbc.LongVarcharJdbcType;
import org.hibernate.type.descriptor.jdbc.spi.JdbcTypeRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;

/** What of a persistence unit cannot be moved is said at the start, and what to do about it. */
class UnmovableUnitTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Somebody of a department, which has a head who is somebody of one; neither can be without the other. */
    @Entity(name = "Employee")
    public static class Employee {
        @Id
        public Long id;

        @ManyToOne(optional = false)
        public Department department;
    }

    @Entity(name = "Department")
    public static class Department {
        @Id
        public Long id;

        @OneToOne(optional = false)
        public Employee head;
    }

    /** As those, with one constraint less. */
    @Entity(name = "Member")
    public static class Member {
        @Id
        public Long id;

        @ManyToOne(optional = false)
        public Team team;
    }

    @Entity(name = "Team")
    public static class Team {
        @Id
        public Long id;

        @OneToOne(optional = false)
        @JoinColumn(foreignKey = @ForeignKey(ConstraintMode.NO_CONSTRAINT))
        public Member captain;

        @ManyToMany
        @JoinTable(
                name = "guests",
                foreignKey = @ForeignKey(ConstraintMode.NO_CONSTRAINT),
                inverseForeignKey = @ForeignKey(ConstraintMode.NO_CONSTRAINT))
        public Set<Member> guests = new HashSet<>();
    }

    @Entity(name = "Picture")
    public static class Picture {
        @Id
        public Long id;

        @Lob
        public byte[] contents;
    }

    /** PostgreSQL with what is annotated with Lob in the row itself, as text and bytea. */
    public static class LobsInRows extends PostgreSQLDialect {
        public LobsInRows() {}

        public LobsInRows(DialectResolutionInfo database) {
            super(database);
        }

        @Override
        public void contributeTypes(TypeContributions contributions, ServiceRegistry registry) {
            super.contributeTypes(contributions, registry);
            JdbcTypeRegistry types = contributions.getTypeConfiguration().getJdbcTypeRegistry();
            types.addDescriptor(SqlTypes.CLOB, new LongVarcharJdbcType(SqlTypes.LONG32VARCHAR));
            types.addDescriptor(SqlTypes.BLOB, new LongVarbinaryJdbcType(SqlTypes.LONG32VARBINARY));
        }
    }

    @Test
    void foreignKeysInACircleAreNamedWithTheWayOut() {
        assertThatThrownBy(() -> tables(Map.of(), Employee.class, Department.class))
                .isInstanceOfSatisfying(MigrationSetupException.class, refused -> {
                    assertThat(refused.description()).contains("Department").contains("Employee");
                    assertThat(refused.action()).contains("NO_CONSTRAINT");
                });
        assertThat(tables(Map.of(), Member.class, Team.class))
                .extracting(Table::toString)
                .containsExactlyInAnyOrder("Member", "Team", "guests");
    }

    @Test
    void largeObjectsOutsideOfTheirRowsAreNamedWithTheWayOut() {
        Map<String, String> postgres = Map.of("hibernate.dialect", "org.hibernate.dialect.PostgreSQLDialect");

        assertThatThrownBy(() -> tables(postgres, Picture.class))
                .isInstanceOfSatisfying(MigrationSetupException.class, refused -> {
                    assertThat(refused.description()).contains("contents").contains("Picture");
                    assertThat(refused.action()).contains("bytea");
                });
        assertThat(tables(Map.of("hibernate.dialect", LobsInRows.class.getName()), Picture.class))
                .hasSize(1);
    }

    /** The tables of a unit of these classes, whose target is away. */
    private static List<Table<?, ?>> tables(Map<String, String> target, Class<?>... classes) {
        JdbcDataSource origin = new JdbcDataSource();
        origin.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        DataSource away = new AbstractDataSource() {
            @Override
            public java.sql.Connection getConnection() throws SQLException {
                throw new SQLException("not there", "08001");
            }

            @Override
            public java.sql.Connection getConnection(String user, String password) throws SQLException {
                return getConnection();
            }
        };
        LocalContainerEntityManagerFactoryBean bean = new LocalContainerEntityManagerFactoryBean();
        bean.setDataSource(
                CapturingDataSource.following(origin, () -> away, () -> null, UnnamedChanges.REFUSE, PATIENCE));
        bean.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
        bean.setManagedTypes(PersistenceManagedTypes.of(
                Stream.of(classes).map(Class::getName).toArray(String[]::new)));
        RoutedPersistenceUnit unit = RoutedPersistenceUnit.of(bean, target, PATIENCE);
        try {
            bean.afterPropertiesSet();
            return unit.tables(List.of());
        } finally {
            bean.destroy();
        }
    }
}
