package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.TypeVoyage.Thing;
import io.dualwrite.repair.Discrepancy.Kind;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a database does not show to everybody who asks for everything is brought over and compared, or refused. */
final class UnseenTest {
    private static final Table<Thing, Long> PLAIN =
            Jdbc.table("plain", Thing.class, Long.class).key(Thing::id);

    private static final Set<RecordId> FIRST = Set.of(PLAIN.id(1L));

    @Test
    void invisibleColumnsOfWhichTheDriverSaysNothingAreRefused() throws Exception {
        Sides<TestDatabase> databases = Sides.each(side -> Engine.H2.create());
        for (Side side : Side.values()) {
            databases.of(side).run("create table plain (id bigint primary key, secret varchar(20) invisible)");
        }
        Shop shop = new Shop(databases, List.of(PLAIN)).atShadow();

        assertThat(problems(shop.made.places().origin()))
                .singleElement()
                .asString()
                .contains("invisible columns [SECRET]");
    }

    @Test
    void anInvisibleColumnIsCarriedAndCompared() throws Exception {
        Sides<TestDatabase> databases = Sides.each(side -> Engine.MARIADB.create());
        for (Side side : Side.values()) {
            databases
                    .of(side)
                    .run("create table plain (id bigint primary key, a int, secret varchar(20) invisible, f real)");
        }
        databases.origin().run("insert into plain (id, a, secret, f) values (1, 1, 'x', 0.5)");
        Shop shop = new Shop(databases, List.of(PLAIN)).atShadow();

        shop.made.carrier().carry(Side.ORIGIN, FIRST, null);
        assertThat(databases.target().rows("select id, a, secret, f from plain"))
                .containsExactly("1,1,x,0.5");

        databases.target().run("update plain set secret = 'y'");
        assertThat(shop.made.parts().confirmation().confirm(Side.ORIGIN, FIRST))
                .singleElement()
                .satisfies(found -> {
                    assertThat(found.kind()).isEqualTo(Kind.DIFFERENT);
                    assertThat(found.fields()).containsExactly("secret");
                });
    }

    @Test
    void rowsThatPoliciesHideAreNotTakenForDeletedOnes() throws Exception {
        Sides<TestDatabase> databases = Sides.each(side -> Engine.POSTGRES.create());
        for (Side side : Side.values()) {
            databases.of(side).run("create table plain (id bigint primary key, tenant text)");
        }
        Shop shop = new Shop(databases, List.of(PLAIN)).atShadow();
        Place place = shop.made.places().origin();
        assertThat(problems(place)).isEmpty();
        databases
                .origin()
                .run(
                        "alter table plain enable row level security",
                        "create policy mine on plain using (tenant = current_setting('app.tenant', true))");
        // The owner, and whoever may do everything, is not subject to policies.
        assertThat(problems(place)).isEmpty();

        String role = "unprivileged" + Math.abs(databases.origin().hashCode());
        String schema = databases.origin().value("select current_schema()");
        databases
                .origin()
                .run(
                        "create role " + role,
                        "grant usage on schema " + schema + " to " + role,
                        "grant select on plain to " + role);
        try (Session session = place.begin()) {
            session.run().execute("set local role " + role);
            assertThat(problems(session)).singleElement().asString().contains("policies that hide rows");
        }
    }

    private static List<String> problems(Place place) throws Exception {
        try (Session session = place.begin()) {
            return problems(session);
        }
    }

    private static List<String> problems(Session session) throws Exception {
        List<String> reasons = new ArrayList<>();
        session.dialect().problems(session.run(), TableShape.find(session.connection(), "plain"), reasons);
        return reasons;
    }

    @Test
    void aNumberThatIsNoneIsComparedByItsText() throws Exception {
        Sides<TestDatabase> databases = Sides.each(side -> Engine.POSTGRES.create());
        for (Side side : Side.values()) {
            databases.of(side).run("create table plain (id bigint primary key, n numeric)");
        }
        databases.origin().run("insert into plain values (1, 'NaN')");
        databases.target().run("insert into plain values (1, 'NaN')");
        Shop shop = new Shop(databases, List.of(PLAIN)).atShadow();

        assertThat(shop.made.parts().confirmation().confirm(Side.ORIGIN, FIRST)).isEmpty();
        databases.target().run("update plain set n = 1");
        assertThat(shop.made.parts().confirmation().confirm(Side.ORIGIN, FIRST)).hasSize(1);
    }
}
