package io.dualwrite.spring.jpa;

import io.dualwrite.jdbc.Table;
import io.dualwrite.spring.MigrationSetupException;
import io.dualwrite.spring.capture.CapturingDataSource;
import io.dualwrite.stage.Side;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.spi.PersistenceProvider;
import jakarta.persistence.spi.PersistenceUnitInfo;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.hibernate.SessionFactory;
import org.hibernate.boot.Metadata;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.orm.jpa.AbstractEntityManagerFactoryBean;
import org.springframework.orm.jpa.JpaDialect;
import org.springframework.orm.jpa.JpaVendorAdapter;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * An application's persistence unit, and a second one of the same classes for the target, in its dialect and with its pool.
 * Whoever uses the application's factory uses the side that has the authority: a transaction is begun there, fenced before it
 * has done anything, and everything in it stays there. A transaction that begins while the authority is handed over waits.
 *
 * <p>Read-only transactions, and reading without one, are the authority's as this node knows it; they wait for nothing. An
 * entity manager that outlives a transaction (one for a whole request) keeps reading what it has loaded from where it was
 * loaded; what was loaded on the other side is detached for the next transaction. Made for Hibernate.
 */
public final class RoutedPersistenceUnit {
    private static final String DIALECT = "hibernate.dialect";
    private static final String DATA_SOURCE = "jakarta.persistence.nonJtaDataSource";

    private final CapturingDataSource dataSource;
    private final TargetSettings targetSettings;
    private final Map<Side, UnitModel> models = new ConcurrentHashMap<>();
    private volatile @Nullable TwoFactories factories;
    private volatile @Nullable UnitModel unreached;

    private RoutedPersistenceUnit(CapturingDataSource dataSource, TargetSettings targetSettings) {
        this.dataSource = dataSource;
        this.targetSettings = targetSettings;
    }

    /**
     * Makes a factory bean that is not initialized yet produce a factory that follows the authority.
     *
     * @param factory the application's, with the DataSource that follows
     * @param targetProperties JPA and Hibernate properties of the target's unit, over the application's own
     * @param writersWait how long a transaction waits for a handover to end before it begins
     * @throws MigrationSetupException when its DataSource does not follow, or it says no vendor
     */
    public static RoutedPersistenceUnit of(
            AbstractEntityManagerFactoryBean factory, Map<String, String> targetProperties, Duration writersWait) {
        if (!(factory.getDataSource() instanceof CapturingDataSource following) || !following.follows()) {
            throw new MigrationSetupException(
                    "The persistence unit does not use a DataSource that follows the authority.",
                    "Give its factory bean the DataSource made by CapturingDataSource.following(...).");
        }
        JpaVendorAdapter vendor = factory.getJpaVendorAdapter();
        JpaDialect dialect =
                factory.getJpaDialect() != null || vendor == null ? factory.getJpaDialect() : vendor.getJpaDialect();
        PersistenceProvider provider = factory.getPersistenceProvider() != null || vendor == null
                ? factory.getPersistenceProvider()
                : vendor.getPersistenceProvider();
        if (dialect == null || provider == null) {
            throw new MigrationSetupException(
                    "The persistence unit does not say which vendor's it is.",
                    "Set a HibernateJpaVendorAdapter on its factory bean.");
        }
        RoutedPersistenceUnit unit = new RoutedPersistenceUnit(following, new TargetSettings(targetProperties));
        SecondLevelCaches caches = new SecondLevelCaches(following::handover, unit::emptyCaches);
        factory.setJpaDialect(new RoutingDialect(dialect, following, caches, writersWait));
        factory.setPersistenceProvider(unit.routing(provider));
        return unit;
    }

    /** A provider that makes both units at once, and one factory for them. */
    private PersistenceProvider routing(PersistenceProvider behind) {
        return (PersistenceProvider) Proxy.newProxyInstance(
                RoutedPersistenceUnit.class.getClassLoader(),
                new Class<?>[] {PersistenceProvider.class},
                (proxy, method, args) -> {
                    if (method.getName().equals("createContainerEntityManagerFactory") && args != null) {
                        Map<?, ?> properties = args[1] instanceof Map<?, ?> map ? map : Map.of();
                        return made(behind, (PersistenceUnitInfo) args[0], properties);
                    }
                    try {
                        return method.invoke(behind, args);
                    } catch (InvocationTargetException thrown) {
                        Throwable cause = thrown.getCause();
                        throw cause == null ? thrown : cause;
                    }
                });
    }

    private SessionFactory made(PersistenceProvider behind, PersistenceUnitInfo info, Map<?, ?> properties) {
        Map<String, Object> own = new HashMap<>();
        properties.forEach((name, value) -> own.put(String.valueOf(name), value));
        Map<String, Object> targets = targetSettings.over(own);
        EntityManagerFactory origin = create(behind, info, own, Side.ORIGIN);
        TwoFactories both = new TwoFactories(origin, () -> {
            requireTarget();
            return create(behind, info, new HashMap<>(targets), Side.TARGET);
        });
        factories = both;
        both.tryTarget();
        if (!models.containsKey(Side.TARGET) && targets.containsKey(DIALECT)) {
            unreached = modelWithoutDatabase(behind, info, new HashMap<>(targets));
        }
        return RoutedFactory.of(both, this::currentSide);
    }

    /** Where its database cannot be reached, Hibernate may make a unit that knows too little of it, and says so at length. */
    private void requireTarget() {
        try {
            dataSource.on(Side.TARGET).getConnection().close();
        } catch (SQLException unreachable) {
            throw new CannotGetJdbcConnectionException("The target's database cannot be reached", unreachable);
        }
    }

    /** What the target's unit would be, as far as its properties alone say. Nothing is made in a database for it. */
    private @Nullable UnitModel modelWithoutDatabase(
            PersistenceProvider behind, PersistenceUnitInfo info, Map<String, Object> properties) {
        properties.put("hibernate.boot.allow_jdbc_metadata_access", "false");
        properties
                .keySet()
                .removeIf(name -> name.startsWith("hibernate.hbm2ddl.")
                        || name.startsWith("jakarta.persistence.schema-generation."));
        properties.put("hibernate.query.mutation_strategy.global_temporary.create_tables", "false");
        properties.put("hibernate.query.mutation_strategy.persistent.create_tables", "false");
        KnownMetadata known = KnownMetadata.in(properties);
        try (EntityManagerFactory never = behind.createContainerEntityManagerFactory(info, properties)) {
            Metadata metadata = known.metadata();
            return metadata == null ? null : new UnitModel(metadata, never.unwrap(SessionFactoryImplementor.class));
        }
    }

    private EntityManagerFactory create(
            PersistenceProvider behind, PersistenceUnitInfo info, Map<String, Object> properties, Side side) {
        properties.put(DATA_SOURCE, dataSource.on(side));
        if (isPostgres(side)) {
            TableByTable.in(properties);
        }
        KnownMetadata known = KnownMetadata.in(properties);
        EntityManagerFactory factory = behind.createContainerEntityManagerFactory(info, properties);
        Metadata metadata = known.metadata();
        if (metadata != null) {
            models.put(side, new UnitModel(metadata, factory.unwrap(SessionFactoryImplementor.class)));
        }
        return factory;
    }

    private boolean isPostgres(Side side) {
        try (Connection connection = dataSource.on(side).getConnection()) {
            return connection.getMetaData().getDatabaseProductName().equals("PostgreSQL");
        } catch (SQLException unreachable) {
            // Whoever makes the unit finds that out, and tells it better.
            return false;
        }
    }

    /** The side of the thread's transaction, or the one that has the authority. */
    private Side currentSide() {
        Object bound = TransactionSynchronizationManager.getResource(dataSource);
        Side side = bound instanceof ConnectionHolder holder && holder.getConnectionHandle() != null
                ? CapturingDataSource.sideOf(holder.getConnection())
                : null;
        return side == null ? dataSource.leader() : side;
    }

    private void emptyCaches(Side side) {
        TwoFactories both = factories;
        if (both != null) {
            both.of(side).unwrap(SessionFactoryImplementor.class).getCache().evictAllRegions();
        }
    }

    /**
     * The tables of its entities, associations, collections and generators, parents before children, as they are declared for a
     * migration. While the target cannot be reached, tables and columns are taken to be the same there, unless the target's
     * properties name its dialect.
     *
     * @param fitting columns, each as {@code table.column} of the origin, of which somebody answers that every value in them fits
     *     into the other side's type; see {@link Table#fitting}
     * @throws IllegalStateException when the factory was not made yet
     * @throws MigrationSetupException for a table without a key that can be carried, and for a column that is not there
     */
    public List<Table<?, ?>> tables(Collection<String> fitting) {
        UnitModel origin = models.get(Side.ORIGIN);
        if (origin == null) {
            throw new IllegalStateException("The persistence unit was not made yet");
        }
        UnitModel target = models.getOrDefault(Side.TARGET, unreached);
        return MovedTables.of(origin, target == null ? origin : target, fitting);
    }
}
