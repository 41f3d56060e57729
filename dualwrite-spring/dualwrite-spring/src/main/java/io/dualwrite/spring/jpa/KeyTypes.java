package io.dualwrite.spring.jpa;

import java.sql.Types;
import java.time.LocalDate;
import java.util.UUID;
import org.hibernate.mapping.Column;
import org.hibernate.mapping.ForeignKey;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.PrimaryKey;
import org.hibernate.mapping.Table;
import org.hibernate.mapping.ToOne;
import org.hibernate.type.BasicType;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.Type;
import org.jspecify.annotations.Nullable;

/** The classes of keys, from what Hibernate says of their columns. */
final class KeyTypes {
    private KeyTypes() {}

    /** The class of the values of a key's column; null where keys must not contain such. */
    static @Nullable Class<?> of(Table table, Column column) {
        Type type = column.getValue() == null ? null : column.getValue().getType();
        if (type instanceof BasicType<?> basic) {
            return of(basic);
        }
        if (column.getValue() instanceof ToOne link && link.isReferenceToPrimaryKey()) {
            // There need not be a foreign key.
            PersistentClass parent = link.getMetadata().getEntityBinding(link.getReferencedEntityName());
            int at = link.getColumns().indexOf(column);
            PrimaryKey key = parent == null ? null : parent.getTable().getPrimaryKey();
            if (key != null && at >= 0 && at < key.getColumnSpan()) {
                return of(parent.getTable(), key.getColumn(at));
            }
        }
        for (ForeignKey reference : table.getForeignKeys().values()) {
            int at = reference.getColumns().indexOf(column);
            Table parent = reference.getReferencedTable();
            PrimaryKey key = parent == null ? null : parent.getPrimaryKey();
            if (at >= 0 && key != null && reference.isReferenceToPrimaryKey() && at < key.getColumnSpan()) {
                return of(parent, key.getColumn(at));
            }
        }
        return null;
    }

    private static @Nullable Class<?> of(BasicType<?> basic) {
        if (basic.getReturnedClass() == UUID.class) {
            return UUID.class;
        }
        return switch (basic.getJdbcType().getDefaultSqlTypeCode()) {
            case Types.BIGINT, Types.NUMERIC, Types.DECIMAL -> Long.class;
            case Types.INTEGER -> Integer.class;
            case Types.SMALLINT, Types.TINYINT -> Short.class;
            case Types.VARCHAR,
                    Types.NVARCHAR,
                    Types.LONGVARCHAR,
                    Types.LONGNVARCHAR,
                    Types.CHAR,
                    Types.NCHAR,
                    SqlTypes.LONG32VARCHAR,
                    SqlTypes.ENUM,
                    SqlTypes.NAMED_ENUM -> String.class;
            case SqlTypes.UUID -> UUID.class;
            case Types.DATE -> LocalDate.class;
            default -> null;
        };
    }
}
