package io.dualwrite.spring.jpa;

import java.util.Map;
import java.util.stream.Stream;
import org.hibernate.metamodel.mapping.EntityMappingType;
import org.hibernate.query.sqm.mutation.internal.inline.InlineMutationStrategy;
import org.hibernate.query.sqm.mutation.internal.temptable.LocalTemporaryTableMutationStrategy;

/**
 * How Hibernate changes classes that lie in several tables on PostgreSQL: by a statement for each table. Its own way is one
 * statement for all of them, which names no keys.
 */
final class TableByTable {
    private static final String STRATEGY = "hibernate.query.mutation_strategy";
    private static final String DROPS = "hibernate.query.mutation_strategy.local_temporary.drop_tables";

    private TableByTable() {}

    /**
     * Says so for a side, unless the application says how: on PostgreSQL by a temporary table of keys, as on other engines; it would
     * not be made a second time on a connection, so it is dropped. Hibernate 6 cannot be told so: there it is by the keys
     * themselves, on every engine, so that what this cannot do is seen before a switch.
     */
    static void in(Map<String, Object> properties, boolean postgres) {
        boolean temporary = Stream.of(LocalTemporaryTableMutationStrategy.class.getConstructors())
                .anyMatch(constructor -> constructor.getParameterTypes()[0] == EntityMappingType.class);
        if (!temporary) {
            properties.putIfAbsent(STRATEGY, InlineMutationStrategy.class.getName());
        } else if (postgres && !properties.containsKey(STRATEGY)) {
            properties.put(STRATEGY, LocalTemporaryTableMutationStrategy.class.getName());
            properties.putIfAbsent(DROPS, "true");
        }
    }
}
