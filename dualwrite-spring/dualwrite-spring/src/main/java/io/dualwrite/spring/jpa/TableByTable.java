package io.dualwrite.spring.jpa;

import java.util.Map;
import java.util.stream.Stream;
import org.hibernate.metamodel.mapping.EntityMappingType;
import org.hibernate.query.sqm.mutation.internal.temptable.LocalTemporaryTableMutationStrategy;

/**
 * How Hibernate changes classes that lie in several tables on PostgreSQL: by a statement for each table, and a temporary table of
 * keys, as on other engines. Its own way is one statement for all of them, which names no keys.
 */
final class TableByTable {
    private static final String STRATEGY = "hibernate.query.mutation_strategy";
    private static final String DROPS = "hibernate.query.mutation_strategy.local_temporary.drop_tables";

    private TableByTable() {}

    /** Says so for a side on PostgreSQL, unless the application says how. */
    static void in(Map<String, Object> properties) {
        if (properties.containsKey(STRATEGY)) {
            return;
        }
        if (isHibernate6()) {
            properties.put(STRATEGY, TemporaryKeys.class.getName());
        } else {
            properties.put(STRATEGY, LocalTemporaryTableMutationStrategy.class.getName());
            // It would not be made a second time on a connection.
            properties.putIfAbsent(DROPS, "true");
        }
    }

    private static boolean isHibernate6() {
        return Stream.of(LocalTemporaryTableMutationStrategy.class.getConstructors())
                .noneMatch(constructor -> constructor.getParameterTypes()[0] == EntityMappingType.class);
    }
}
