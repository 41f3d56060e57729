package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("pairings")
@ParameterizedClass
@MethodSource("io.dualwrite.jdbc.Engines#pairs")
final class JdbcGeneratorsTest {
    record Thing(Long id) {}

    record Part(String shelf, Long number) {}

    private final Sides<TestDatabase> databases;

    JdbcGeneratorsTest(Engine origin, Engine target) {
        databases = new Sides<>(origin.create(), target.create());
        for (Side side : Side.values()) {
            databases
                    .of(side)
                    .run("create table thing (id " + databases.of(side).engine().numbered()
                            + " primary key, x integer)");
        }
    }

    @Test
    void aSequenceIsSetAheadOfTheOldOnesOwnStateAndItsBlocks() throws Exception {
        databases.origin().run("create sequence old_seq start with 100 increment by 50 cache 10");
        databases.target().run("create sequence \"new_Seq\" increment by 50");
        long given = next(databases.origin(), "old_seq");
        JdbcGenerators generators = generators(thing().generated("old_seq", "new_Seq"));
        generators.ahead(Side.ORIGIN);
        long first = next(databases.target(), "\"new_Seq\"");
        assertThat(first).isGreaterThanOrEqualTo(given + 50 + 10 * 50);
    }

    @Test
    void aBlockThatEndsWithTheFirstNumberIsNewToo() throws Exception {
        databases.origin().run("create sequence s start with 1000");
        databases.target().run("create sequence s increment by 50");
        long given = next(databases.origin(), "s");
        generators(thing().generated("s", "s")).ahead(Side.ORIGIN);
        assertThat(next(databases.target(), "s") - 49).isGreaterThan(given);
    }

    @Test
    void withoutTheOtherSideTheLargestNumberInAKeyCountsWhateverElseIsInTheKey() throws Exception {
        databases
                .origin()
                .run(
                        "create table part (shelf varchar(20), number bigint, primary key (shelf, number))",
                        "insert into part values ('z', 4000), ('a', 12)",
                        "create sequence s");
        databases.target().run("create sequence s");
        Table<Part, Part> parts = Jdbc.table("part", Part.class, Part.class)
                .key(part -> part)
                .keyColumns("shelf", "number")
                .generated("s", "s");
        generators(parts).aheadOfRecords(Side.ORIGIN);
        assertThat(next(databases.origin(), "s")).isGreaterThanOrEqualTo(5000);
    }

    @Test
    void whatIsAheadAlreadyIsNeverSetBack() throws Exception {
        databases.origin().run("create sequence s start with 5");
        databases.target().run("create sequence s start with 9000");
        JdbcGenerators generators = generators(thing().generated("s", "s"));
        generators.ahead(Side.ORIGIN);
        generators.ahead(Side.ORIGIN);
        assertThat(next(databases.target(), "s")).isEqualTo(9000);
    }

    @Test
    void settingAheadTwiceIsAsOnceAndTheWayBackGoesTheSame() throws Exception {
        databases.origin().run("create sequence s start with 500");
        databases.target().run("create sequence s");
        JdbcGenerators generators = generators(thing().generated("s", "s"));
        generators.ahead(Side.ORIGIN);
        generators.ahead(Side.ORIGIN);
        long given = next(databases.target(), "s");
        assertThat(given).isGreaterThanOrEqualTo(500);
        generators.ahead(Side.TARGET);
        assertThat(next(databases.origin(), "s")).isGreaterThan(given);
    }

    @Test
    void identityColumnsAreSetAheadToo() throws Exception {
        databases.origin().run("insert into thing (x) values (1), (2), (3)", "delete from thing where x = 3");
        JdbcGenerators generators = generators(thing().identity());
        generators.ahead(Side.ORIGIN);
        databases.target().run("insert into thing (x) values (9)");
        assertThat(Long.parseLong(databases.target().value("select id from thing")))
                .isGreaterThan(3);
    }

    @Test
    void aSequenceThatIsNotThereIsNamed() {
        databases.origin().run("create sequence s");
        assertThatThrownBy(() -> generators(thing().generated("s", "nowhere")).ahead(Side.ORIGIN))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("nowhere")
                .hasMessageContaining("TARGET");
    }

    @Test
    void keysOfTheApplicationsOwnNeedNothing() throws Exception {
        generators(thing()).ahead(Side.ORIGIN);
    }

    private static Table<Thing, Long> thing() {
        return Jdbc.table("thing", Thing.class, Long.class).key(Thing::id);
    }

    private JdbcGenerators generators(Table<?, ?> table) {
        Shop shop = new Shop(databases, List.of(table)).atShadow();
        return new JdbcGenerators(shop.made.places(), shop.made.tables());
    }

    private static long next(TestDatabase database, String sequence) {
        return Long.parseLong(database.value(
                database.engine() == Engine.POSTGRES
                        ? "select nextval('" + sequence + "')"
                        : "select next value for " + sequence));
    }
}
