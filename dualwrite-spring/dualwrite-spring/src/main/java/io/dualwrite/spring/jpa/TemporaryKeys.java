package io.dualwrite.spring.jpa;

import java.sql.Statement;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.hibernate.dialect.PostgreSQLDialect;
import org.hibernate.dialect.temptable.TemporaryTable;
import org.hibernate.dialect.temptable.TemporaryTableKind;
import org.hibernate.engine.jdbc.connections.spi.JdbcConnectionAccess;
import org.hibernate.metamodel.mapping.EntityMappingType;
import org.hibernate.metamodel.mapping.internal.MappingModelCreationProcess;
import org.hibernate.metamodel.spi.RuntimeModelCreationContext;
import org.hibernate.query.spi.DomainQueryExecutionContext;
import org.hibernate.query.sqm.internal.DomainParameterXref;
import org.hibernate.query.sqm.mutation.internal.temptable.LocalTemporaryTableMutationStrategy;
import org.hibernate.query.sqm.mutation.spi.MultiTableHandlerBuildResult;
import org.hibernate.query.sqm.mutation.spi.SqmMultiTableMutationStrategy;
import org.hibernate.query.sqm.tree.SqmDeleteOrUpdateStatement;
import org.hibernate.query.sqm.tree.delete.SqmDeleteStatement;
import org.hibernate.query.sqm.tree.update.SqmUpdateStatement;
import org.jspecify.annotations.Nullable;

/**
 * Changes all at once, on PostgreSQL, what lies in several tables: by a statement for each of them, and a temporary table of keys.
 * For Hibernate 6, which does so on other engines, and cannot be told to on this one; as
 * {@code hibernate.query.mutation_strategy}. Thread-safe.
 */
public final class TemporaryKeys implements SqmMultiTableMutationStrategy {
    /** What Hibernate 6 does not know of PostgreSQL. */
    @SuppressWarnings("removal")
    private static final class WithTemporaryTables extends PostgreSQLDialect {
        @Override
        public TemporaryTableKind getSupportedTemporaryTableKind() {
            return TemporaryTableKind.LOCAL;
        }

        @Override
        public String getTemporaryTableCreateCommand() {
            return "create local temporary table if not exists";
        }

        @Override
        public String getTemporaryTableCreateOptions() {
            return "on commit drop";
        }
    }

    private final WithTemporaryTables dialect = new WithTemporaryTables();
    private final Map<String, LocalTemporaryTableMutationStrategy> ofEntities = new ConcurrentHashMap<>();
    private volatile @Nullable RuntimeModelCreationContext unit;

    /** For Hibernate, which makes one for each persistence unit. */
    public TemporaryKeys() {}

    @Override
    public void prepare(MappingModelCreationProcess process, JdbcConnectionAccess connections) {
        unit = process.getCreationContext();
    }

    /** Not called by Hibernate 6. */
    @Override
    public MultiTableHandlerBuildResult buildHandler(
            SqmDeleteOrUpdateStatement<?> statement,
            DomainParameterXref parameters,
            DomainQueryExecutionContext context) {
        throw new UnsupportedOperationException(
                "Only for Hibernate 6; name " + LocalTemporaryTableMutationStrategy.class.getName() + " instead");
    }

    @Override
    @SuppressWarnings("removal")
    public int executeUpdate(
            SqmUpdateStatement<?> statement, DomainParameterXref parameters, DomainQueryExecutionContext context) {
        return withTable(statement, context).executeUpdate(statement, parameters, context);
    }

    @Override
    @SuppressWarnings("removal")
    public int executeDelete(
            SqmDeleteStatement<?> statement, DomainParameterXref parameters, DomainQueryExecutionContext context) {
        return withTable(statement, context).executeDelete(statement, parameters, context);
    }

    private LocalTemporaryTableMutationStrategy withTable(
            SqmDeleteOrUpdateStatement<?> changing, DomainQueryExecutionContext context) {
        LocalTemporaryTableMutationStrategy strategy =
                ofEntities.computeIfAbsent(changing.getTarget().getEntityName(), this::of);
        String creation = dialect.getTemporaryTableExporter().getSqlCreateCommand(strategy.getTemporaryTable());
        context.getSession().doWork(connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate(creation);
            }
        });
        return strategy;
    }

    @SuppressWarnings("removal")
    private LocalTemporaryTableMutationStrategy of(String name) {
        RuntimeModelCreationContext prepared = Objects.requireNonNull(unit);
        EntityMappingType entity =
                prepared.getSessionFactory().getMappingMetamodel().getEntityDescriptor(name);
        return new LocalTemporaryTableMutationStrategy(
                TemporaryTable.createIdTable(
                        topmost(entity), table -> TemporaryTable.ID_TABLE_PREFIX + table, dialect, prepared),
                prepared.getSessionFactory());
    }

    /** The first one that lies in several tables: keys are called as they are there. */
    private static EntityMappingType topmost(EntityMappingType entity) {
        EntityMappingType above = entity.getSuperMappingType();
        return above == null || above.getSqmMultiTableMutationStrategy() == null ? entity : topmost(above);
    }
}
