package io.dualwrite.spring.jpa;

import java.util.ArrayList;
import java.util.List;
import org.hibernate.boot.Metadata;
import org.hibernate.mapping.Bag;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.Column;
import org.hibernate.mapping.ManyToOne;
import org.hibernate.mapping.PrimaryKey;
import org.hibernate.mapping.Table;

/**
 * Gives tables of collections the primary key that they have by their meaning, before a schema is made from them: each value
 * of a set is there once for its owner, and so is each link of an association. Hibernate leaves it out where a column may be
 * null, and for lists without an order.
 */
final class CollectionKeys {
    private CollectionKeys() {}

    /** Adds the keys that are missing. */
    static void complete(Metadata metadata) {
        for (Collection collection : metadata.getCollectionBindings()) {
            Table table = collection.getCollectionTable();
            if (table != null && !collection.isOneToMany() && table.getPrimaryKey() == null && isOnce(collection)) {
                complete(collection, table);
            }
        }
    }

    private static boolean isOnce(Collection collection) {
        return collection.isSet()
                || (collection.getClass() == Bag.class && collection.getElement() instanceof ManyToOne);
    }

    private static void complete(Collection collection, Table table) {
        List<Column> columns = new ArrayList<>(collection.getKey().getColumns());
        columns.addAll(collection.getElement().getColumns());
        boolean plain = columns.stream().allMatch(column -> KeyTypes.of(table, column) != null);
        if (plain && columns.size() > collection.getKey().getColumnSpan()) {
            PrimaryKey key = new PrimaryKey(table);
            columns.forEach(key::addColumn);
            table.setPrimaryKey(key);
        }
    }
}
