package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.TypeVoyage.Thing;
import io.dualwrite.repair.Discrepancy.Kind;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Databases keep times that are none of a day, of which drivers make another: they are neither brought over nor equal to that. */
final class TimesBeyondADayTest {
    private static final Table<Thing, Long> PLAIN =
            Jdbc.table("plain", Thing.class, Long.class).key(Thing::id);

    @ParameterizedTest
    @CsvSource({
        "MARIADB, time(6), 25:00:00, 01:00:00",
        "MARIADB, time(6), 838:59:59, 22:59:59",
        "MARIADB, time(6), -01:00:00, 23:00:00",
        "POSTGRES, time, 24:00:00, 23:59:59.999999",
        "POSTGRES, time with time zone, 24:00:00+00, 23:59:59.999999+00"
    })
    void oneIsNotTakenForWhatADriverMakesOfIt(Engine engine, String type, String time, String made) throws Exception {
        Sides<TestDatabase> databases = Sides.each(side -> engine.create());
        for (Side side : Side.values()) {
            databases.of(side).run("create table plain (id bigint primary key, t " + type + ")");
        }
        databases.origin().run("insert into plain values (1, '" + time + "'), (2, '12:00:00')");
        Shop shop = new Shop(databases, List.of(PLAIN)).atShadow();
        Set<RecordId> first = Set.of(PLAIN.id(1L));

        assertThatThrownBy(() -> shop.made.carrier().carry(Side.ORIGIN, first, null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Column t holds a time beyond the 24 hours of a day");
        shop.made.carrier().carry(Side.ORIGIN, Set.of(PLAIN.id(2L)), null);
        assertThat(databases.target().rows("select id from plain")).containsExactly("2");

        databases.target().run("insert into plain values (1, '" + made + "')");
        assertThat(shop.made.parts().confirmation().confirm(Side.ORIGIN, first))
                .singleElement()
                .satisfies(found -> assertThat(found.kind()).isEqualTo(Kind.DIFFERENT));
        databases.target().run("update plain set t = '" + time + "' where id = 1");
        assertThat(shop.made.parts().confirmation().confirm(Side.ORIGIN, first)).isEmpty();
    }
}
