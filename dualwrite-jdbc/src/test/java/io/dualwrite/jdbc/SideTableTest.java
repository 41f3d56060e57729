package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.MigrationParts;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows that the database finds under a key which is not, letter by letter, theirs. */
@ParameterizedClass
@EnumSource(
        value = Engine.class,
        names = {"H2", "POSTGRES"})
final class SideTableTest {
    record Member(String name, Integer age) {}

    private static final Table<Member, String> MEMBERS =
            Jdbc.table("member", Member.class, String.class).key(Member::name).keyColumns("name");

    private final Engine engine;
    private final Sides<TestDatabase> databases;

    SideTableTest(Engine engine) {
        this.engine = engine;
        this.databases = new Sides<>(engine.create(), engine.create());
    }

    @Test
    void aRowFoundUnderItsOwnKeyIsTheRecordWithThatKey() throws Exception {
        SideTable table = onOrigin(members("varchar(40)"));
        Row row = Row.of(Map.of("name", "Ada", "age", 36));
        assertThat(table.idOfOneOf(List.of("Bob", "Ada"), row)).isEqualTo(new RecordId("member", "Ada"));
    }

    @Test
    void aRowFoundUnderAnotherSpellingIsRefusedWithoutSayingTheKey() throws Exception {
        SideTable table = onOrigin(members("varchar(40)"));
        Row row = Row.of(Map.of("name", "Ada", "age", 36));
        assertThatThrownBy(() -> table.idOfOneOf(List.of("ada", "ADA", "Ada "), row))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("spelled otherwise")
                .hasMessageContaining("ORIGIN")
                .hasMessageContaining("collation")
                .message()
                .doesNotContainIgnoringCase("ada");
    }

    /** Carried under one spelling, the other's row would be taken for absent, and deleted on the copy. */
    @Test
    void aColumnThatIgnoresCaseIsFoundOutBeforeAnythingIsWritten() throws Exception {
        Shop shop = members(caseless());
        databases.origin().run("insert into member values ('Ada', 36)");
        databases.target().run("insert into member values ('Ada', 35)");
        MigrationParts parts = shop.made.parts();
        Set<RecordId> other = Set.of(new RecordId("member", "ADA"));
        assertThatThrownBy(() -> parts.carrier().carry(Side.ORIGIN, other, null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("spelled otherwise");
        assertThatThrownBy(() -> parts.confirmation().confirm(Side.ORIGIN, other))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("spelled otherwise");
        assertThat(databases.target().rows("select name, age from member")).containsExactly("Ada,35");
        parts.carrier().carry(Side.ORIGIN, Set.of(new RecordId("member", "Ada")), null);
        assertThat(databases.target().rows("select name, age from member")).containsExactly("Ada,36");
    }

    @Test
    void aNumberWithTwoSpellingsHasOneKey() throws Exception {
        Shop shop = new Shop(databases, List.of(Shop.CUSTOMERS, Shop.ORDERS))
                .withTables()
                .atShadow();
        databases.origin().run("insert into customer values (7, 'Ada')");
        assertThatThrownBy(() ->
                        shop.made.parts().carrier().carry(Side.ORIGIN, Set.of(new RecordId("customer", "007")), null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("spelled otherwise");
        assertThat(databases.target().count("customers")).isZero();
    }

    private String caseless() {
        if (engine.isH2()) {
            return "varchar_ignorecase(40)";
        }
        for (Side side : Side.values()) {
            databases
                    .of(side)
                    .run(
                            "create collation caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
        }
        return "varchar(40) collate caseless";
    }

    private Shop members(String keyType) {
        for (Side side : Side.values()) {
            databases.of(side).run("create table member (name " + keyType + " primary key, age integer)");
        }
        return new Shop(databases, List.of(MEMBERS)).atShadow();
    }

    private static SideTable onOrigin(Shop shop) throws SQLException {
        return shop.made.tables().at(shop.made.places().origin(), "member");
    }
}
