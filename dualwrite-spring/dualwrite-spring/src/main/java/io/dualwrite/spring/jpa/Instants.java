package io.dualwrite.spring.jpa;

import io.dualwrite.jdbc.Row;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Instants where one side keeps them with a zone and the other, which has no such type, as a date and time in UTC: that is what
 * Hibernate makes of them on either.
 */
final class Instants {
    private Instants() {}

    /** How a side keeps an instant. */
    enum Form {
        WITH_ZONE,
        IN_UTC,
        OTHERWISE;

        /** From the column's type as a schema has it. */
        static Form of(String type) {
            String lower = type.toLowerCase(Locale.ROOT);
            if (lower.contains("with time zone") || lower.startsWith("timestamptz")) {
                return WITH_ZONE;
            }
            return lower.startsWith("datetime") ? IN_UTC : OTHERWISE;
        }
    }

    /** Makes these columns dates and times in UTC. */
    static UnaryOperator<Row> inUtc(Set<String> columns) {
        return row -> {
            Row made = row;
            for (String column : columns) {
                if (row.get(column) instanceof OffsetDateTime instant) {
                    made = made.with(
                            column,
                            instant.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime());
                }
            }
            return made;
        };
    }

    /** Takes these columns for dates and times in UTC. */
    static UnaryOperator<Row> withZone(Set<String> columns) {
        return row -> {
            Row made = row;
            for (String column : columns) {
                if (row.get(column) instanceof LocalDateTime time) {
                    made = made.with(column, time.atOffset(ZoneOffset.UTC));
                }
            }
            return made;
        };
    }
}
