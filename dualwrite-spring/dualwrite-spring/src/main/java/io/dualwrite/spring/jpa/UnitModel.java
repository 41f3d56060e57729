package io.dualwrite.spring.jpa;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hibernate.boot.Metadata;
import org.hibernate.boot.model.relational.QualifiedName;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.generator.Generator;
import org.hibernate.id.IdentityGenerator;
import org.hibernate.id.enhanced.SequenceStyleGenerator;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.Column;
import org.hibernate.mapping.IdentifierCollection;
import org.hibernate.mapping.IndexedCollection;
import org.hibernate.mapping.Join;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.hibernate.mapping.RootClass;
import org.hibernate.mapping.Table;
import org.hibernate.mapping.UnionSubclass;
import org.hibernate.mapping.Value;
import org.jspecify.annotations.Nullable;

/**
 * What Hibernate knows of a persistence unit's tables. Immutable.
 *
 * @param metadata how entities lie in tables
 * @param factory the unit itself
 */
record UnitModel(Metadata metadata, SessionFactoryImplementor factory) {
    /** Where a value of an entity or collection lies: its columns in their order, in that table. */
    record Slot(Table table, List<Column> columns) {}

    /** How the keys of new rows are made: by a sequence of that name, or by the column itself where there is none. */
    record Numbering(@Nullable String sequence) {}

    /** The tables that are really there. */
    List<Table> tables() {
        List<Table> tables = new ArrayList<>();
        for (Table table : metadata.collectTableMappings()) {
            if (table.isPhysicalTable() && !table.isView()) {
                tables.add(table);
            }
        }
        return tables;
    }

    /** Where everything lies, by names that are the same in every unit of the same classes. */
    Map<String, Slot> slots() {
        Map<String, Slot> slots = new LinkedHashMap<>();
        for (PersistentClass entity : metadata.getEntityBindings()) {
            String name = entity.getEntityName();
            put(slots, name + " key", entity.getTable(), entity.getKey());
            put(slots, name + " identifier", entity.getTable(), entity.getIdentifier());
            put(slots, name + " discriminator", entity.getTable(), entity.getDiscriminator());
            for (Property property : entity.getPropertyClosure()) {
                put(slots, name + " here " + property.getName(), entity.getTable(), property.getValue());
                put(
                        slots,
                        name + " there " + property.getName(),
                        property.getValue().getTable(),
                        property.getValue());
            }
            int number = 0;
            for (Join join : entity.getJoins()) {
                put(slots, name + " join " + number++, join.getTable(), join.getKey());
            }
        }
        for (Collection collection : metadata.getCollectionBindings()) {
            Table table = collection.getCollectionTable();
            put(slots, collection.getRole() + " owner", table, collection.getKey());
            if (!collection.isOneToMany()) {
                put(slots, collection.getRole() + " element", table, collection.getElement());
            }
            if (collection instanceof IndexedCollection indexed) {
                put(slots, collection.getRole() + " index", table, indexed.getIndex());
            }
            if (collection instanceof IdentifierCollection identified) {
                put(slots, collection.getRole() + " identifier", table, identified.getIdentifier());
            }
        }
        return slots;
    }

    private static void put(Map<String, Slot> slots, String name, @Nullable Table table, @Nullable Value value) {
        // What a formula computes lies nowhere.
        if (table == null || value == null || value instanceof Collection || value.hasFormula()) {
            return;
        }
        List<Column> columns = value.getColumns();
        if (!columns.isEmpty() && columns.stream().allMatch(table::containsColumn)) {
            slots.put(name, new Slot(table, List.copyOf(columns)));
        }
    }

    /** How keys are made, by the names of the entities whose own table gets them. */
    Map<String, Numbering> numberings() {
        Map<String, Numbering> numberings = new LinkedHashMap<>();
        factory.getMappingMetamodel().forEachEntityDescriptor(persister -> {
            PersistentClass entity = metadata.getEntityBinding(persister.getEntityName());
            Numbering numbering = numbering(persister.getGenerator());
            if (numbering != null && (entity instanceof RootClass || entity instanceof UnionSubclass)) {
                numberings.put(entity.getEntityName(), numbering);
            }
        });
        return numberings;
    }

    private static @Nullable Numbering numbering(Generator generator) {
        if (generator instanceof SequenceStyleGenerator numbered
                && numbered.getDatabaseStructure().isPhysicalSequence()) {
            return new Numbering(name(numbered.getDatabaseStructure().getPhysicalName()));
        }
        return generator instanceof IdentityGenerator ? new Numbering(null) : null;
    }

    /** With its schema, or its catalog where schemas are catalogs. */
    static String name(QualifiedName name) {
        String object = name.getObjectName().getText();
        if (name.getSchemaName() != null) {
            return name.getSchemaName().getText() + "." + object;
        }
        return name.getCatalogName() == null ? object : name.getCatalogName().getText() + "." + object;
    }
}
