package io.dualwrite.spring.boot;

import io.dualwrite.flag.StageSource;
import io.dualwrite.jdbc.Table;
import io.dualwrite.spring.MigrationSetupException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** Finds the application's beans that make up a migration, or says which one is missing and how to declare it. */
final class MigrationBeans {
    private static final String SECOND_DATA_SOURCE =
            "Declare a DataSource bean for the new database beside the application's own:"
                    + " @Bean(defaultCandidate = false) @Qualifier(\"target\") DataSource target(). Or name another bean in ";

    private final ConfigurableListableBeanFactory beans;
    private final ObjectProvider<DataSource> dataSources;

    /** {@code dataSources} must come from an injection point, which leaves out beans that are no default candidates. */
    MigrationBeans(ConfigurableListableBeanFactory beans, ObjectProvider<DataSource> dataSources) {
        this.beans = beans;
        this.dataSources = dataSources;
    }

    /** The DataSource with this name or qualifier, or the application's own when there is no name. */
    DataSource origin(String migration, @Nullable String name) {
        String property = property(migration, "origin");
        if (name != null) {
            return named(
                    DataSource.class,
                    name,
                    "the origin of migration '" + migration + "'",
                    "Correct " + property + ", or leave it out to use the application's own DataSource.");
        }
        DataSource own = dataSources.getIfUnique();
        if (own == null) {
            throw new MigrationSetupException(
                    "There is no single DataSource bean to be the origin of migration '" + migration + "'.",
                    "Make the DataSource of the database that the application lives on @Primary, or name its bean in "
                            + property + ".");
        }
        return own;
    }

    /** The DataSource with this name or qualifier. */
    DataSource target(String migration, String name) {
        return named(
                DataSource.class,
                name,
                "the target of migration '" + migration + "'",
                SECOND_DATA_SOURCE + property(migration, "target") + ".");
    }

    /** The tables with these bean names, or all there are. */
    List<Table<?, ?>> tables(String migration, List<String> names, boolean alone) {
        List<Table<?, ?>> tables = new ArrayList<>();
        if (!names.isEmpty()) {
            names.forEach(name -> tables.add(named(
                    Table.class,
                    name,
                    "a table of migration '" + migration + "'",
                    "Declare it, or correct " + property(migration, "tables") + ".")));
        } else if (alone) {
            beans.getBeanProvider(Table.class).orderedStream().forEach(tables::add);
        } else {
            throw new MigrationSetupException(
                    "There are several migrations, and migration '" + migration
                            + "' does not say which tables it moves.",
                    "Name its Table beans, parents before children, in " + property(migration, "tables") + ".");
        }
        return tables;
    }

    /** The tables of the persistence units on the origin; a Table bean takes the place of the unit's table of its name. */
    List<Table<?, ?>> tablesOfUnits(String migration, List<String> names, boolean alone) {
        List<Table<?, ?>> declared = names.isEmpty() && !alone ? List.of() : tables(migration, names, alone);
        Set<String> taken = declared.stream()
                .map(table -> table.toString().toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        List<Table<?, ?>> tables = new ArrayList<>(declared);
        if (beans.containsBean(MovedTablesSource.BEAN)) {
            beans.getBean(MovedTablesSource.BEAN, MovedTablesSource.class).tables(migration).stream()
                    .filter(table -> !taken.contains(table.toString().toLowerCase(Locale.ROOT)))
                    .forEach(tables::add);
        }
        if (tables.size() == declared.size()) {
            throw new MigrationSetupException(
                    "Migration '" + migration + "' moves a persistence unit, and there is none on its origin.",
                    "Let an EntityManagerFactory use the origin's DataSource, or leave " + property(migration, "jpa")
                            + " out.");
        }
        return tables;
    }

    /** The bean of this name. */
    <T> T bean(String name, Class<T> type) {
        return beans.getBean(name, type);
    }

    /** The flag with the migration's name, or the only one. */
    @Nullable StageSource flag(String migration) {
        return ownOrOnly(StageSource.class, migration);
    }

    /** The bean of this type with the migration's name, or the only one; null when there is neither. */
    <T> @Nullable T ownOrOnly(Class<T> type, String migration) {
        try {
            return BeanFactoryAnnotationUtils.qualifiedBeanOfType(beans, type, migration);
        } catch (NoSuchBeanDefinitionException none) {
            return beans.getBeanProvider(type).getIfUnique();
        }
    }

    /** All beans of this type, in their order. */
    <T> List<T> all(Class<T> type) {
        return beans.getBeanProvider(type).orderedStream().toList();
    }

    /** The DataSource that what operates the migration keeps its tables in. */
    DataSource store(String migration, @Nullable String name, DataSource origin) {
        return name == null
                ? origin
                : named(
                        DataSource.class,
                        name,
                        "the store of what operates migration '" + migration + "'",
                        "Correct " + property(migration, "control.store")
                                + ", or leave it out to use the origin's database.");
    }

    private <T> T named(Class<T> type, String name, String role, String action) {
        try {
            return BeanFactoryAnnotationUtils.qualifiedBeanOfType(beans, type, name);
        } catch (NoUniqueBeanDefinitionException several) {
            throw new MigrationSetupException(
                    "Several " + type.getSimpleName() + " beans are called '" + name + "', " + role + ".", action);
        } catch (NoSuchBeanDefinitionException missing) {
            throw new MigrationSetupException(
                    "There is no " + type.getSimpleName() + " bean '" + name + "', " + role + ".", action);
        }
    }

    private static String property(String migration, String name) {
        return "dualwrite.migrations." + migration + "." + name;
    }
}
