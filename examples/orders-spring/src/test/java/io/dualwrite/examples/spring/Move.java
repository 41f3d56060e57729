package io.dualwrite.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.examples.spring.load.Load;
import io.dualwrite.examples.spring.shop.ShopApplication;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.repair.VerifyReport;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The whole way of the shop from one database to another, under load, by calls of its endpoint. */
final class Move {
    private static final int VISITORS = 4;
    private static final String WHO = "\"by\": \"Kim\"";

    private final Operator operator;
    private final JdbcMigration migration;
    private final URI shop;

    private Move(URI shop, JdbcMigration migration) {
        this.shop = shop;
        this.operator = new Operator(shop);
        this.migration = migration;
    }

    /** Makes it, and returns what the operator has said and heard. */
    static String make(Place legacy, Place next, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--spring.main.banner-mode=off"));
        arguments.addAll(legacy.as("spring.datasource", "url"));
        arguments.addAll(next.as("target", "jdbc-url"));
        arguments.addAll(List.of(more));
        try (ConfigurableApplicationContext context =
                new SpringApplicationBuilder(ShopApplication.class).run(arguments.toArray(String[]::new))) {
            String port = context.getEnvironment().getProperty("local.server.port");
            Move move = new Move(URI.create("http://localhost:" + port), context.getBean(JdbcMigration.class));
            move.underLoad();
            move.complete();
            return move.operator.transcript();
        }
    }

    private void underLoad() throws Exception {
        Load load = new Load(shop, VISITORS, 1);
        try (load) {
            more(load);
            operator.order("move", "{\"stage\": \"dual-write\", " + WHO + "}", "stage", "authority");
            more(load);
            operator.order("move", "{\"stage\": \"live\"}", "reasons");
            operator.order("backfill", "{}", "stage");
            assertThat(operator.await("backfill").get("state")).isEqualTo("DONE");
            verify();
            operator.order("move", "{\"stage\": \"shadow\", " + WHO + "}", "stage", "authority");
            more(load);
            operator.order("move", "{\"stage\": \"live\", " + WHO + "}", "stage", "authority");
            more(load);
            operator.order("roll-back", "{" + WHO + "}", "stage", "authority");
            more(load);
            operator.order("move", "{\"stage\": \"live\", " + WHO + "}", "stage", "authority");
            more(load);
            operator.order("move", "{\"stage\": \"ramp-down\", " + WHO + "}", "stage", "authority");
            more(load);
        }
        assertThat(load.failures()).isEmpty();
    }

    private void verify() throws Exception {
        for (int pass = 0; pass < 5; pass++) {
            operator.order("verify", "{}", pass == 0 ? new String[] {"stage"} : new String[0]);
            Map<?, ?> ended = operator.await("verify");
            if (ended.get("told") instanceof Map<?, ?> result && Boolean.TRUE.equals(result.get("clean"))) {
                return;
            }
        }
        throw new IllegalStateException("No verification was clean");
    }

    private void complete() throws Exception {
        assertThat(migration.awaitDrained(Duration.ofSeconds(20))).isTrue();
        VerifyReport atRest = migration.verify(VerifyPolicy.REPORT);
        assertThat(atRest.isClean()).as(atRest.toString()).isTrue();
        operator.order("complete", "{" + WHO + "}", "stage", "authority");
        try (Load after = new Load(shop, VISITORS, 2)) {
            more(after);
        }
    }

    private static void more(Load load) throws InterruptedException {
        long enough = load.actions() + 40;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (load.actions() < enough && load.failures().isEmpty() && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        assertThat(load.failures()).isEmpty();
        assertThat(load.actions()).isGreaterThanOrEqualTo(enough);
    }
}
