package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.BrokenDataSource.Break;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.sql.Connection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Engine.class)
final class JdbcPreflightTest {
    record Thing(Long id) {}

    private final Engine engine;
    private final Sides<TestDatabase> databases;

    JdbcPreflightTest(Engine engine) {
        this.engine = engine;
        this.databases = new Sides<>(engine.create(), engine.create());
    }

    @Test
    void aSoundDeclarationHasNothingAgainstIt() {
        Shop shop = new Shop(databases, List.of(Shop.ORDERS, Shop.CUSTOMERS)).withTables();
        JdbcPreflight preflight = preflight(shop);
        assertThat(preflight.authority(Side.ORIGIN)).isEmpty();
        assertThat(preflight.copy(Side.TARGET)).isEmpty();
        assertThat(preflight.handover(Side.ORIGIN)).isEmpty();
        assertThat(preflight.handover(Side.TARGET)).isEmpty();
        assertThat(databases.target().count("dualwrite_journal")).isZero();
    }

    @Test
    void missingTablesAreAllToldAtOnce() {
        Shop shop = new Shop(databases, List.of(Shop.ORDERS, Shop.CUSTOMERS));
        assertThat(preflight(shop).authority(Side.ORIGIN))
                .hasSize(2)
                .anyMatch(reason -> reason.contains("no table customer on the ORIGIN"))
                .anyMatch(reason -> reason.contains("no table orders on the ORIGIN"));
    }

    @Test
    void whatIsMissingKeepsNothingBackThatCanBeToldOfTheOtherTables() {
        record Other(Long id) {}
        databases
                .origin()
                .run(
                        "create table thing (id bigint primary key, x bigint, y integer)",
                        "create table other (id bigint primary key)");
        databases
                .target()
                .run(
                        "create table thing (id bigint primary key, x integer, y integer unique)",
                        "insert into thing values (1, 2, 3)");
        Table<Other, Long> other = Jdbc.table("other", Other.class, Long.class).key(Other::id);
        assertThat(preflight(new Shop(databases, List.of(thing(), other))).copy(Side.TARGET))
                .hasSize(4)
                .anyMatch(reason -> reason.contains("no table other on the TARGET"))
                .anyMatch(reason -> reason.contains("thing on the TARGET has rows already"))
                .anyMatch(reason -> reason.contains("fitting(\"x\")"))
                .anyMatch(reason -> reason.contains("unique key over [y] of thing on the TARGET"));
    }

    @Test
    void whatCannotBeToldOfOneSideIsToldOfTheOther() {
        databases.target().run("create table thing (id bigint, x integer)");
        assertThat(preflight(new Shop(databases, List.of(thing()))).copy(Side.TARGET))
                .hasSize(2)
                .anyMatch(reason -> reason.contains("no table thing on the ORIGIN"))
                .anyMatch(reason -> reason.contains("thing on the TARGET has no primary key"));
    }

    @Test
    void oneTableUnderTwoNamesIsRefused() throws Exception {
        String schema;
        try (Connection connection = databases.origin().pool().getConnection()) {
            schema = connection.getSchema() == null ? connection.getCatalog() : connection.getSchema();
        }
        Shop shop = new Shop(
                        databases,
                        List.of(
                                Shop.CUSTOMERS,
                                Jdbc.table(schema + ".customer", Shop.Customer.class, Long.class)
                                        .named("again")
                                        .key(Shop.Customer::id)
                                        .keyColumns("id")))
                .withTables();
        assertThat(preflight(shop).authority(Side.ORIGIN))
                .singleElement()
                .asString()
                .contains("are both")
                .contains("on the ORIGIN");
    }

    @Test
    void missingLibraryTablesSayHowToGetThem() {
        Shop shop = new Shop(databases, List.of(Shop.CUSTOMERS)).withTables();
        shop.made.controls().origin().read();
        databases.origin().run("drop table dualwrite_journal", "drop table dualwrite_stripe");
        assertThat(preflight(shop).authority(Side.ORIGIN))
                .hasSize(2)
                .allMatch(reason -> reason.contains("createTables(true)") && reason.contains("Schema"));
    }

    @Test
    void aStoreThatCannotBeReachedIsAReason() {
        BrokenDataSource broken = new BrokenDataSource(databases.target().pool());
        broken.now(Break.CONNECT);
        Shop shop =
                new Shop(new Sides<>(databases.origin(), new TestDatabase(engine, broken)), List.of(Shop.CUSTOMERS));
        assertThat(preflight(shop).copy(Side.TARGET)).hasSize(1).allMatch(reason -> reason.contains("TARGET"));
    }

    @Test
    void aTableWithoutAPrimaryKeyIsRefused() {
        databases.origin().run("create table thing (id bigint, x integer)");
        assertThat(against(thing())).anyMatch(reason -> reason.contains("has no primary key"));
    }

    @Test
    void keyColumnsThatAreNotThePrimaryKeyAreRefused() {
        databases.origin().run("create table thing (id bigint primary key, other bigint unique)");
        assertThat(against(thing().keyColumns("other"))).anyMatch(reason -> reason.contains("not its primary key"));
    }

    @Test
    void aKeyOfAnotherTypeOrWithoutABinaryOrderIsRefused() {
        databases.origin().run("create table thing (id varchar(10) primary key)");
        assertThat(against(thing())).anyMatch(reason -> reason.contains("no binary order"));
        record Coded(String code) {}
        databases.target().run("create table coded (code char(10) primary key)");
        Shop shop = new Shop(
                databases,
                List.of(Jdbc.table("coded", Coded.class, String.class).key(Coded::code)));
        assertThat(preflight(shop).copy(Side.TARGET)).anyMatch(reason -> reason.contains("no binary order"));
    }

    @Test
    void aLargeObjectOfPostgresIsRefusedSinceItsRowHasANumberOnly() {
        TestDatabase postgres = Engine.POSTGRES.create();
        postgres.run("create table thing (id bigint primary key, picture oid)");
        Shop shop = new Shop(new Sides<>(databases.origin(), postgres), List.of(thing()));
        assertThat(preflight(shop).copy(Side.TARGET))
                .anyMatch(reason -> reason.contains("[picture]") && reason.contains("bytea"));
    }

    @Test
    void ofAMappingTheTypesOfWhatItKeepsAreCompared() {
        databases.origin().run("create table thing (id bigint primary key, x bigint, y bigint)");
        databases.target().run("create table thing (id bigint primary key, z integer, y integer)");
        var mapped = thing().mapping(UnaryOperator.identity(), UnaryOperator.identity())
                .keeping(Map.of("X", "z"));
        assertThat(preflight(new Shop(databases, List.of(mapped))).copy(Side.TARGET))
                .filteredOn(reason -> reason.contains("fitting"))
                .singleElement()
                .asString()
                .matches("(?i).*column x of thing is a .*thing\\.x to dualwrite.*");
        assertThat(preflight(new Shop(databases, List.of(mapped.fitting("x")))).copy(Side.TARGET))
                .noneMatch(reason -> reason.contains("fitting"));
    }

    @Test
    void typesOfWhichSomeValuesDoNotFitAreRefusedWithWhoMayAnswerForThem() {
        databases.origin().run("create table thing (id bigint primary key, x bigint)");
        databases.target().run("create table thing (id bigint primary key, x integer)");
        Shop shop = new Shop(databases, List.of(thing()));
        assertThat(preflight(shop).copy(Side.TARGET))
                .anyMatch(reason -> reason.matches(
                        "(?i).*fitting\\(\"x\"\\).*thing\\.x to dualwrite\\.migrations\\.<name>\\.fitting.*"));
        assertThat(preflight(new Shop(databases, List.of(thing().fitting("x")))).copy(Side.TARGET))
                .noneMatch(reason -> reason.contains("fitting"));
    }

    @Test
    void columnsThatDifferWithoutAMappingAreRefused() {
        databases.origin().run("create table thing (id bigint primary key, x integer)");
        databases.target().run("create table thing (id bigint primary key, y integer)");
        Shop shop = new Shop(databases, List.of(thing()));
        assertThat(preflight(shop).copy(Side.TARGET)).anyMatch(reason -> reason.contains("declare a mapping"));
    }

    @Test
    void aUniqueKeyThatTheOtherSideLacksIsRefused() {
        databases.origin().run("create table thing (id bigint primary key, x integer, y integer unique)");
        databases
                .target()
                .run(
                        "create table thing (id bigint primary key, x integer, y integer unique, unique (id, x), unique (x))");
        assertThat(preflight(new Shop(databases, List.of(thing()))).copy(Side.TARGET))
                .hasSize(1)
                .allMatch(reason -> reason.contains("unique key over [x] of thing on the TARGET"));
        databases.origin().run("alter table thing add unique (x)");
        assertThat(preflight(new Shop(databases, List.of(thing()))).copy(Side.TARGET))
                .isEmpty();
        databases.origin().run("alter table thing add z integer unique");
        databases.target().run("alter table thing add z integer");
        assertThat(preflight(new Shop(databases, List.of(thing()))).copy(Side.TARGET))
                .hasSize(1)
                .allMatch(reason -> reason.contains("unique key over [z] of thing on the ORIGIN"));
    }

    @Test
    void aTriggerIsRefusedUnlessSomebodyAnswersForIt() {
        for (Side side : Side.values()) {
            databases.of(side).run("create table thing (id bigint primary key)");
        }
        engine.createTrigger(databases.target(), "watcher", "thing");
        assertThat(preflight(new Shop(databases, List.of(thing()))).copy(Side.TARGET))
                .hasSize(1)
                .allMatch(reason -> reason.toLowerCase(Locale.ROOT).contains("trigger watcher of thing on the target")
                        && reason.contains("harmlessTriggers"));
        assertThat(preflight(new Shop(databases, List.of(thing().harmlessTriggers("watcher"))))
                        .copy(Side.TARGET))
                .isEmpty();
    }

    @Test
    void theSameTableOnBothSidesIsRefusedAndAnotherOneInTheSameDatabaseIsNot() {
        databases
                .origin()
                .run("create table thing (id bigint primary key)", "create table thing2 (id bigint primary key)");
        Sides<TestDatabase> same = new Sides<>(databases.origin(), databases.origin());
        assertThat(preflight(new Shop(same, List.of(thing()))).copy(Side.TARGET))
                .anyMatch(reason -> reason.contains("in the same database"));
        assertThat(preflight(new Shop(same, List.of(thing().to("thing2")))).copy(Side.TARGET))
                .isEmpty();
    }

    @Test
    void rowsOnTheTargetWantAdoptionBeforeTheFirstStartOnly() {
        for (Side side : Side.values()) {
            databases.of(side).run("create table thing (id bigint primary key)");
        }
        databases.target().run("insert into thing values (1)");
        Shop shop = new Shop(databases, List.of(thing()));
        assertThat(preflight(shop).copy(Side.TARGET)).anyMatch(reason -> reason.contains("adoptTarget(true)"));
        assertThat(preflight(shop, true).copy(Side.TARGET)).isEmpty();
        shop.set(Side.TARGET, ControlRow.firstTarget().inGeneration(1));
        assertThat(preflight(shop).copy(Side.TARGET)).isEmpty();
    }

    @Test
    void cascadesAndReferencesThatAreNotDeclaredAreRefusedOnEitherSide() {
        Shop shop = new Shop(databases, List.of(Shop.ORDERS, Shop.CUSTOMERS)).withTables();
        databases
                .origin()
                .run(
                        "create table elsewhere (id bigint primary key)",
                        "alter table orders add buddy bigint references customer(id) on delete cascade",
                        "alter table customer add place bigint references elsewhere(id)");
        assertThat(preflight(shop).copy(Side.TARGET))
                .anyMatch(reason -> reason.contains("cascades or nulls") && reason.contains("ORIGIN"))
                .anyMatch(reason -> reason.contains("is not declared"))
                .anyMatch(reason -> reason.contains("not in this migration"));
    }

    @Test
    void aReferenceThatIsWrittenLaterHasToBeAbleToBeNull() {
        Table<Thing, Long> one = Jdbc.table("one", Thing.class, Long.class).key(Thing::id);
        Table<Thing, Long> other =
                Jdbc.table("other", Thing.class, Long.class).key(Thing::id).references(one, "one", "one");
        for (Side side : Side.values()) {
            databases
                    .of(side)
                    .run(
                            "create table one (id bigint primary key, other bigint not null)",
                            "create table other (id bigint primary key, one bigint references one (id))",
                            "alter table one add foreign key (other) references other (id)");
        }
        Shop shop = new Shop(databases, List.of(one.referencesLater(other, "other", "other"), other));
        assertThat(preflight(shop).copy(Side.TARGET))
                .anyMatch(reason -> reason.contains("referencesLater") && reason.contains("ORIGIN"))
                .anyMatch(reason -> reason.contains("referencesLater") && reason.contains("TARGET"));
    }

    @Test
    void aMappingWithoutAWayBackIsFoundOnRealRows() {
        Table<Shop.Customer, Long> lossy = Shop.CUSTOMERS.mapping(
                row -> row.with("full_name", row.get("name", String.class).toUpperCase(Locale.ROOT))
                        .without("name"),
                row -> row.rename("full_name", "name").without("rating"));
        Shop shop = new Shop(databases, List.of(lossy)).withTables().atShadow();
        databases.origin().run("insert into customer values (1, 'ADA')");
        assertThat(preflight(shop).handover(Side.ORIGIN)).isEmpty();
        databases.origin().run("insert into customer values (2, 'Bob')");
        assertThat(preflight(shop).handover(Side.ORIGIN))
                .anyMatch(
                        reason -> reason.contains("no way back") && reason.contains("name") && !reason.contains("Bob"));
    }

    @Test
    void aGeneratorThatIsNotThereIsAReasonAgainstAHandover() {
        for (Side side : Side.values()) {
            databases.of(side).run("create table thing (id bigint primary key)");
        }
        databases.origin().run("create sequence s");
        Shop shop = new Shop(databases, List.of(thing().generated("s", "s")));
        shop.atShadow();
        assertThat(preflight(shop).handover(Side.ORIGIN)).anyMatch(reason -> reason.contains("generator s"));
    }

    @Test
    void aGeneratorThatNobodyDeclaredAndThatCountsDownIsAReasonAgainstAHandover() {
        for (Side side : Side.values()) {
            databases
                    .of(side)
                    .run(
                            "create sequence s increment by -1",
                            "create table thing (id bigint default "
                                    + (engine == Engine.POSTGRES
                                            ? "nextval('s')"
                                            : engine == Engine.MARIADB ? "nextval(s)" : "next value for s")
                                    + " primary key)");
        }
        Shop shop = new Shop(databases, List.of(thing())).atShadow();
        assertThat(preflight(shop).handover(Side.ORIGIN))
                .hasSize(2)
                .allMatch(reason -> reason.contains("column id of thing") && reason.contains("counts down"));
    }

    private List<String> against(Table<?, ?> table) {
        return preflight(new Shop(databases, List.of(table))).authority(Side.ORIGIN);
    }

    private static Table<Thing, Long> thing() {
        return Jdbc.table("thing", Thing.class, Long.class).key(Thing::id);
    }

    private static JdbcPreflight preflight(Shop shop) {
        return preflight(shop, false);
    }

    private static JdbcPreflight preflight(Shop shop, boolean adopting) {
        Sides<JdbcJournal> journals =
                Sides.each(side -> new JdbcJournal(shop.made.places().of(side)));
        return new JdbcPreflight(shop.made.places(), shop.made.controls(), journals, shop.made.tables(), adopting);
    }
}
