package io.dualwrite.spring.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Table;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.servers.PostgresServer;
import io.dualwrite.spring.capture.CapturingDataSource;
import io.dualwrite.spring.capture.UnnamedChanges;
import io.dualwrite.stage.Stage;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToOne;
import jakarta.persistence.PrimaryKeyJoinColumn;
import jakarta.persistence.SecondaryTable;
import jakarta.persistence.Version;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Entities that lie in several tables, row by row and all at once, from H2 to PostgreSQL and back. */
class SeveralTablesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Has a row in the second table, or none. */
    @Entity(name = "Person")
    @jakarta.persistence.Table(name = "person")
    @SecondaryTable(name = "person_details", pkJoinColumns = @PrimaryKeyJoinColumn(name = "person_id"))
    public static class Person {
        @Id
        public long id;

        public String name;

        @Column(table = "person_details")
        public String bio;

        @Column(table = "person_details")
        public Integer score;
    }

    @Entity(name = "Vehicle")
    @jakarta.persistence.Table(name = "vehicle")
    @Inheritance(strategy = InheritanceType.JOINED)
    public abstract static class Vehicle {
        @Id
        public long id;

        @Version
        public int version;

        public String plate;
    }

    @Entity(name = "Truck")
    @jakarta.persistence.Table(name = "truck")
    public static class Truck extends Vehicle {
        public int tons;

        @ElementCollection
        @CollectionTable(name = "truck_goods", joinColumns = @JoinColumn(name = "truck_id"))
        public Set<String> goods = Set.of("sand", "gravel");
    }

    /** Led by one of its drivers, each of whom belongs to a depot. */
    @Entity(name = "Depot")
    @jakarta.persistence.Table(name = "depot")
    public static class Depot {
        @Id
        public long id;

        @OneToOne
        public Driver leader;
    }

    @Entity(name = "Driver")
    @jakarta.persistence.Table(name = "driver")
    public static class Driver {
        @Id
        public long id;

        @ManyToOne(optional = false)
        public Depot depot;

        @OneToOne
        public Driver substitute;
    }

    private final DataSource origin = h2();
    private final DataSource target = PostgresServer.newPooledSchema();
    private final AtomicReference<JdbcMigration> made = new AtomicReference<>();

    @Test
    void everyChangeOfThemFollowsOnBothSides() throws Exception {
        LocalContainerEntityManagerFactoryBean bean = new LocalContainerEntityManagerFactoryBean();
        bean.setDataSource(
                CapturingDataSource.following(origin, () -> target, made::get, UnnamedChanges.REFUSE, PATIENCE));
        bean.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
        bean.setManagedTypes(PersistenceManagedTypes.of(
                Stream.of(Person.class, Vehicle.class, Truck.class, Depot.class, Driver.class)
                        .map(Class::getName)
                        .toArray(String[]::new)));
        bean.setJpaPropertyMap(Map.of("hibernate.hbm2ddl.auto", "update"));
        RoutedPersistenceUnit unit =
                RoutedPersistenceUnit.of(bean, Map.of("hibernate.hbm2ddl.auto", "update"), PATIENCE);
        bean.afterPropertiesSet();
        EntityManagerFactory factory = bean.getObject();
        try (JdbcMigration migration = Jdbc.migration("shop", origin, target)
                .records(unit.tables(List.of()).toArray(Table[]::new))
                .createTables(true)
                .attestedBy("the tests")
                .build()) {
            made.set(migration);
            migration.start();
            migration.moveTo(Stage.DUAL_WRITE);
            migration.backfill();
            changeEverything(factory, 1);
            // Twice, since what is made for one of them may be in the way of the next.
            changeEverything(factory, 2);
            assertSame(migration);
            migration.moveTo(Stage.SHADOW);
            migration.moveTo(Stage.LIVE);
            changeEverything(factory, 3);
            changeEverything(factory, 4);
            assertSame(migration);
            migration.moveTo(Stage.SHADOW);
            changeEverything(factory, 5);
            assertSame(migration);
        } finally {
            bean.destroy();
        }
    }

    private void changeEverything(EntityManagerFactory factory, long number) {
        EntityManager entities = SharedEntityManagerCreator.createSharedEntityManager(factory);
        PlatformTransactionManager manager = new JpaTransactionManager(factory);
        TransactionTemplate transaction = new TransactionTemplate(manager);
        transaction.executeWithoutResult(any -> {
            for (long id : List.of(number * 10, number * 10 + 1)) {
                Person person = new Person();
                person.id = id;
                person.name = "n" + number;
                person.bio = id % 10 == 0 ? "is there" : null;
                entities.persist(person);
                Truck truck = new Truck();
                truck.id = id;
                truck.plate = "p" + number;
                entities.persist(truck);
            }
        });
        transaction.executeWithoutResult(any -> staff(entities, number * 10));
        transaction.executeWithoutResult(any -> {
            Depot depot = entities.find(Depot.class, number * 10);
            depot.leader = depot.leader.substitute;
            entities.find(Person.class, number * 10).bio = null;
            entities.find(Person.class, number * 10 + 1).bio = "is there now";
        });
        transaction.executeWithoutResult(any -> {
            entities.find(Person.class, number * 10 + 1).bio = "is another";
            entities.find(Truck.class, number * 10).tons = 3;
        });
        transaction.executeWithoutResult(any -> {
            update(entities, "update Truck t set t.plate = 'q', t.tons = 8 where t.plate = 'p" + number + "'");
            update(entities, "update versioned Truck t set t.tons = 9 where t.plate = 'q'");
            update(entities, "delete from Truck t where t.id = " + (number * 10 + 1));
            bulk(entities);
        });
    }

    /** A depot and its drivers, each of whom needs another row to be there first. */
    private static void staff(EntityManager entities, long id) {
        Depot depot = new Depot();
        depot.id = id;
        Driver one = new Driver();
        one.id = id;
        Driver other = new Driver();
        other.id = id + 1;
        List.of(one, other).forEach(driver -> driver.depot = depot);
        List.of(depot, one, other).forEach(entities::persist);
        entities.flush();
        depot.leader = one;
        one.substitute = other;
        other.substitute = one;
    }

    /** Changes more of them at once. */
    void bulk(EntityManager entities) {}

    static void update(EntityManager entities, String statement) {
        assertThat(entities.createQuery(statement).executeUpdate()).isPositive();
    }

    private void assertSame(JdbcMigration migration) throws Exception {
        assertThat(migration.awaitDrained(PATIENCE)).isTrue();
        assertThat(migration.verify(VerifyPolicy.REPORT).isClean()).isTrue();
        assertThat(rows(target)).isEqualTo(rows(origin)).isNotEmpty();
    }

    private static List<?> rows(DataSource side) {
        JdbcTemplate reader = new JdbcTemplate(side);
        List<Object> rows = new ArrayList<>(reader.queryForList(
                "SELECT d.id, d.leader_id, r.id, r.substitute_id FROM depot d JOIN driver r ON r.depot_id = d.id"
                        + " ORDER BY r.id"));
        rows.addAll(reader.queryForList(
                "SELECT v.id, version, plate, tons, bio, score FROM vehicle v JOIN truck t ON t.id = v.id"
                        + " LEFT JOIN person_details ON person_id = v.id + 1 ORDER BY v.id"));
        return rows;
    }

    private static DataSource h2() {
        JdbcDataSource dataSource = new JdbcDataSource();
        dataSource.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        return dataSource;
    }
}
