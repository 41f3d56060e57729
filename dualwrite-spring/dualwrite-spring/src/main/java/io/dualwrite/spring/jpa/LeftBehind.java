package io.dualwrite.spring.jpa;

import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hibernate.FlushMode;
import org.hibernate.collection.spi.PersistentCollection;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.PersistenceContext;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.engine.spi.Status;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.type.Type;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a session on one side would have flushed and the session of the transaction, on the other side, does not have: an
 * entity that was loaded before the authority was handed over and changed afterwards, and never saved or merged.
 */
final class LeftBehind {
    private LeftBehind() {}

    /** The name of such an entity, or null. */
    static @Nullable String find(EntityManager left, EntityManager here) {
        SessionImplementor old = left.unwrap(SessionImplementor.class);
        SessionImplementor now = here.unwrap(SessionImplementor.class);
        if (!old.isOpen() || now.getHibernateFlushMode() == FlushMode.MANUAL) {
            return null;
        }
        PersistenceContext context = old.getPersistenceContext();
        for (Map.Entry<Object, EntityEntry> each : context.reentrantSafeEntityEntries()) {
            if (isLost(each.getKey(), each.getValue(), old, now)) {
                return each.getValue().getEntityName();
            }
        }
        // Of Hibernate 6 the map's keys cannot be listed.
        List<PersistentCollection<?>> collections = new ArrayList<>();
        context.forEachCollectionEntry((collection, entry) -> collections.add(collection), false);
        return collection(collections, context, now);
    }

    private static @Nullable String collection(
            List<PersistentCollection<?>> collections, PersistenceContext context, SessionImplementor now) {
        for (PersistentCollection<?> collection : collections) {
            Object owner = collection.getOwner();
            EntityEntry entry = owner == null ? null : context.getEntry(owner);
            if (collection.isDirty() && entry != null && counterpart(entry, now) == null) {
                return entry.getEntityName();
            }
        }
        return null;
    }

    private static boolean isLost(Object entity, EntityEntry entry, SessionImplementor old, SessionImplementor now) {
        Object[] loaded = entry.getLoadedState();
        if (entry.getStatus() != Status.MANAGED || loaded == null) {
            return false;
        }
        EntityPersister persister = entry.getPersister();
        Object[] values = persister.getValues(entity);
        int[] dirty = persister.findDirty(values, loaded, entity, old);
        if (dirty == null || dirty.length == 0) {
            return false;
        }
        Object counterpart = counterpart(entry, now);
        if (counterpart == null) {
            return true;
        }
        Object[] there = persister.getValues(counterpart);
        Type[] types = persister.getPropertyTypes();
        for (int property : dirty) {
            boolean plain = !types[property].isAssociationType();
            if (plain && !types[property].isEqual(values[property], there[property])) {
                return true;
            }
        }
        return false;
    }

    /** The same entity in the session of the transaction, where it is known there. */
    private static @Nullable Object counterpart(EntityEntry entry, SessionImplementor now) {
        EntityPersister persister = now.getFactory().getMappingMetamodel().getEntityDescriptor(entry.getEntityName());
        return now.getPersistenceContext().getEntity(now.generateEntityKey(entry.getId(), persister));
    }
}
