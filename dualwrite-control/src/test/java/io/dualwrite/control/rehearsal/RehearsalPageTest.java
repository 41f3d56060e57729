package io.dualwrite.control.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.control.TwoDatabases;
import io.dualwrite.control.TwoDatabases.Item;
import io.dualwrite.control.TwoDatabases.Items;
import io.dualwrite.control.rollback.MemoryStepTimes;
import io.dualwrite.control.rollback.StepTimes;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What docs/rehearsal.md shows runs, up to the first thing that is looked at. */
class RehearsalPageTest {
    private record LegacyItems(Items behind) implements Items {
        LegacyItems(DataSource source) {
            this(TwoDatabases.itemsCanary(source));
        }

        @Override
        public @Nullable Item findById(long id) throws SQLException {
            return behind.findById(id);
        }

        @Override
        public void save(Item item) throws SQLException {
            behind.save(item);
        }

        @Override
        public void deleteById(long id) throws SQLException {
            behind.deleteById(id);
        }
    }

    private record NextItems(Items behind) implements Items {
        NextItems(DataSource source) {
            this(TwoDatabases.itemsCanary(source));
        }

        @Override
        public @Nullable Item findById(long id) throws SQLException {
            return behind.findById(id);
        }

        @Override
        public void save(Item item) throws SQLException {
            behind.save(item);
        }

        @Override
        public void deleteById(long id) throws SQLException {
            behind.deleteById(id);
        }
    }

    @Test
    void itsCodeRehearses() throws Exception {
        StepTimes times = new MemoryStepTimes();
        try (TwoDatabases databases = new TwoDatabases(1)) {
            DataSource legacy = databases.origin;
            DataSource next = databases.target;
            TwoDatabases.run(legacy, "create table item_canary (id bigint primary key, text varchar(40))");
            // Too narrow: the page's load would take minutes.
            TwoDatabases.run(next, "create table item_canary (id bigint primary key, text varchar(4))");
            Canaries<Item, Long> canaries = new Canaries<>(
                    100, // of them
                    number -> 9_000_000_000L + number, // in a space of keys that is nobody's
                    (key, revision) -> new Item(key, "canary " + revision),
                    item -> item.text().startsWith("canary ")); // and told by a mark

            Rehearsal<Item, Long> rehearsal = Rehearsal.of(
                    "shop", // the real migration's name
                    canaries,
                    trouble -> {
                        DataSource shaken = trouble.on(next); // whatever leads to the target is wrapped
                        JdbcMigration shop = Jdbc.migration("shop-rehearsal", legacy, shaken)
                                .records(Jdbc.table("item_canary", Item.class, Long.class)
                                        .key(Item::id)) // beside the real table
                                .createTables(true)
                                .build();
                        Items items = shop.decorate(Items.class, LegacyItems::new, NextItems::new);
                        return new Stand<>(
                                shop, store(items), store(new LegacyItems(legacy)), store(new NextItems(next)));
                    },
                    RehearsalPlan.defaults()
                            .withLoad(200, Duration.ofSeconds(30), 8), // calls a second, for so long, threads
                    times);

            RehearsalReport report = rehearsal.rehearse();
            report.isReady();
            report.against(); // why not
            report.markdown(); // for the wiki
            assertThat(report.against()).singleElement().asString().contains("preflight: ");
        }
    }

    private static Store<Item, Long> store(Items items) {
        return RehearsalTest.store(items);
    }

    @Test
    void itsCodeIsTheOneThatRuns() throws IOException {
        String page = Files.readString(Path.of("../docs/rehearsal.md"));
        String code = page.substring(page.indexOf("```java\n") + "```java\n".length());
        code = code.substring(0, code.indexOf("```"));
        assertThat(withoutBreaks(Files.readString(
                        Path.of("src/test/java/io/dualwrite/control/rehearsal/RehearsalPageTest.java"))))
                .contains(withoutBreaks(code));
        for (String looked : List.of("preflight", "reverse", "way back", "tidied up")) {
            assertThat(page).contains("| " + looked);
        }
    }

    /** The formatter breaks long lines, comments too. */
    private static String withoutBreaks(String code) {
        return code.replaceAll("[\\s/]+", "");
    }
}
