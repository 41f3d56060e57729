package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dualwrite.DeclarationException;
import io.dualwrite.jdbc.BrokenDataSource.Break;
import io.dualwrite.repair.HandoverSettings;
import java.time.Duration;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

final class JdbcMigrationBuilderTest {
    record Thing(Long id) {}

    record Line(Long order, String article) {}

    private final DataSource origin = unreachable();
    private final DataSource target = unreachable();

    @Test
    void buildingTouchesNoDatabase() {
        try (JdbcMigration shop = Jdbc.migration("shop", origin, target)
                .records(Shop.ORDERS, Shop.CUSTOMERS)
                .build()) {
            assertThat(shop.name()).isEqualTo("shop");
            assertThat(((BrokenDataSource) origin).asked()).isZero();
            assertThat(((BrokenDataSource) target).asked()).isZero();
        }
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() {
        DeclarationException thrown = catchThrowableOfType(
                DeclarationException.class,
                () -> Jdbc.migration("no good'name", origin, origin)
                        .records(
                                Jdbc.table("thing", Thing.class, Long.class),
                                Jdbc.table("thing", Thing.class, Long.class).key(Thing::id),
                                Jdbc.table("line", Line.class, Line.class)
                                        .key(line -> line)
                                        .keyColumns("only_one"),
                                Jdbc.table("odd", Thing.class, Object.class).key(thing -> thing),
                                Jdbc.table("half", Thing.class, Long.class)
                                        .key(Thing::id)
                                        .mapping(row -> row, null),
                                Jdbc.table("both", Thing.class, Long.class)
                                        .key(Thing::id)
                                        .identity()
                                        .generated("a", "b"))
                        .handover(HandoverSettings.defaults().withBudget(Duration.ofMillis(100)))
                        .shadowSample(2)
                        .attestedBy(" ")
                        .build());
        assertThat(thrown.problems())
                .anyMatch(problem -> problem.contains("attestedBy says who"))
                .anyMatch(problem -> problem.contains("letters, digits"))
                .anyMatch(problem -> problem.contains("same DataSource"))
                .anyMatch(problem -> problem.contains("two tables are named thing"))
                .anyMatch(problem -> problem.contains("thing has no key function"))
                .anyMatch(problem -> problem.contains("line have 2 parts"))
                .anyMatch(problem -> problem.contains("odd cannot be used"))
                .anyMatch(problem -> problem.contains("half lacks a direction"))
                .anyMatch(problem -> problem.contains("both come from"))
                .anyMatch(problem -> problem.contains("budget"))
                .anyMatch(problem -> problem.contains("shadowSample"));
    }

    @Test
    void noRecordsAreTooFew() {
        assertThat(catchThrowableOfType(
                                DeclarationException.class,
                                () -> Jdbc.migration("shop", origin, target).build())
                        .problems())
                .anyMatch(problem -> problem.contains("records(…)"));
    }

    @Test
    void aReferenceOutOfTheMigrationIsNamed() {
        assertThat(catchThrowableOfType(
                                DeclarationException.class,
                                () -> Jdbc.migration("shop", origin, target)
                                        .records(Shop.ORDERS)
                                        .build())
                        .problems())
                .anyMatch(problem -> problem.contains("orders references customer"));
    }

    @Test
    void referencesThatGoRoundInACircleAreRefused() {
        Table<Thing, Long> first = Jdbc.table("first", Thing.class, Long.class).key(Thing::id);
        Table<Thing, Long> second =
                Jdbc.table("second", Thing.class, Long.class).key(Thing::id).references(first, "f", "f");
        assertThat(catchThrowableOfType(
                                DeclarationException.class,
                                () -> Jdbc.migration("shop", origin, target)
                                        .records(first.references(second, "s", "s"), second)
                                        .build())
                        .problems())
                .anyMatch(problem -> problem.contains("circle"));
    }

    @Test
    void oneTableForTwoRecordTypesIsRefused() {
        Table<Thing, Long> thing = Jdbc.table("thing", Thing.class, Long.class).key(Thing::id);
        assertThat(catchThrowableOfType(
                                DeclarationException.class,
                                () -> Jdbc.migration("shop", origin, target)
                                        .records(thing, thing.named("other").to("THING"))
                                        .build())
                        .problems())
                .anyMatch(problem -> problem.contains("are both thing"));
    }

    private static DataSource unreachable() {
        BrokenDataSource source = new BrokenDataSource(Engine.H2.create().pool());
        source.now(Break.CONNECT);
        return source;
    }
}
