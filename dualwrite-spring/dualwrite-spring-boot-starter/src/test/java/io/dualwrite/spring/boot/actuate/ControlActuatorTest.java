package io.dualwrite.spring.boot.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import io.dualwrite.control.conduct.ConductPlan;
import io.dualwrite.control.incident.IncidentRule;
import io.dualwrite.control.incident.MigrationRules;
import io.dualwrite.control.incident.Runbook;
import io.dualwrite.control.incident.Severity;
import io.dualwrite.control.rehearsal.Canaries;
import io.dualwrite.control.rehearsal.Rehearsal;
import io.dualwrite.control.rehearsal.RehearsalPlan;
import io.dualwrite.control.rehearsal.Stand;
import io.dualwrite.control.rollback.MemoryStepTimes;
import io.dualwrite.control.rollback.RollbackOptions;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Table;
import io.dualwrite.repair.HandoverSettings;
import io.dualwrite.spring.boot.Controls;
import io.dualwrite.spring.capture.CapturingDataSource;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.Store;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** What operates a migration, over HTTP: a conductor walks it to a switch and back, incidents are dealt with, all is refused well. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ControlActuatorTest {
    /** What must not be told by anybody. */
    private static final String SECRET = "hush-4711";

    private static final long KEY = 471108154711L;

    private static final String RULE = "payment-refused";
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final List<String> said = new ArrayList<>();
    private static final HttpClient http = HttpClient.newHttpClient();
    private static final CountDownLatch rehearse = new CountDownLatch(1);
    private static final AtomicBoolean unreachable = new AtomicBoolean();
    private static ConfigurableApplicationContext application;

    record Customer(long id, String name) {}

    interface Customers {
        @Nullable Customer findById(long id);

        void save(Customer customer);

        void deleteById(long id);
    }

    record JdbcCustomers(JdbcTemplate jdbc) implements Customers {
        static JdbcCustomers over(DataSource source) {
            return new JdbcCustomers(new JdbcTemplate(source));
        }

        @Override
        public @Nullable Customer findById(long id) {
            return jdbc
                    .query(
                            "SELECT id, name FROM customers_canary WHERE id = ?",
                            (row, at) -> new Customer(row.getLong(1), row.getString(2)),
                            id)
                    .stream()
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public void save(Customer customer) {
            jdbc.update("MERGE INTO customers_canary (id, name) VALUES (?, ?)", customer.id(), customer.name());
        }

        @Override
        public void deleteById(long id) {
            jdbc.update("DELETE FROM customers_canary WHERE id = ?", id);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {
        @Bean
        @Primary
        DataSource legacy() {
            return database();
        }

        @Bean(defaultCandidate = false)
        @Qualifier("target") DataSource next() {
            return database();
        }

        /** Where conductor, ramp and incidents keep their tables, and sometimes out of reach. */
        @Bean(defaultCandidate = false)
        @Qualifier("operations") DataSource operations() {
            return new DelegatingDataSource(database()) {
                @Override
                public Connection getConnection() throws SQLException {
                    if (unreachable.get()) {
                        throw new SQLException("no route to " + SECRET, "08001");
                    }
                    return super.getConnection();
                }
            };
        }

        @Bean
        Table<Customer, Long> customers() {
            return Jdbc.table("customers", Customer.class, Long.class).key(Customer::id);
        }

        @Bean
        ConductPlan plan() {
            return ConductPlan.defaults()
                    .withSoak(Stage.SHADOW, Duration.ZERO)
                    .withRollback(RollbackOptions.defaults().withPatience(Duration.ofSeconds(50)));
        }

        @Bean
        IncidentRule paymentRefused() {
            return new IncidentRule(
                    RULE,
                    Severity.HIGH,
                    "payments",
                    "The provider refuses payments",
                    facts -> false,
                    new Runbook(
                            "Payments are refused",
                            List.of("curl provider/status"),
                            Runbook.asksPerson(
                                    "Does the provider say that it is down?",
                                    Runbook.does("payments go through", "Switch to the other provider."),
                                    Runbook.does("payments go through", "Call them."))),
                    false);
        }

        @Bean
        Rehearsal<Customer, Long> rehearsal(
                @Qualifier("legacy") DataSource legacy, @Qualifier("target") DataSource next) {
            DataSource origin = CapturingDataSource.behind(legacy);
            DataSource target = CapturingDataSource.behind(next);
            Canaries<Customer, Long> canaries = new Canaries<>(
                    4,
                    number -> 1_000_000L + number,
                    (key, revision) -> new Customer(key, "canary " + revision),
                    customer -> customer.name().startsWith("canary "));
            return Rehearsal.of(
                    "shop",
                    canaries,
                    trouble -> {
                        rehearse.await();
                        JdbcMigration shop = Jdbc.migration("shop-rehearsal", origin, trouble.on(target))
                                .records(Jdbc.table("customers_canary", Customer.class, Long.class)
                                        .key(Customer::id))
                                .createTables(true)
                                .writersWait(Duration.ofSeconds(50))
                                .handover(HandoverSettings.defaults().withBudget(Duration.ofSeconds(20)))
                                .build();
                        Customers customers = shop.decorate(Customers.class, JdbcCustomers::over, JdbcCustomers::over);
                        return new Stand<>(
                                shop,
                                store(customers),
                                store(JdbcCustomers.over(origin)),
                                store(JdbcCustomers.over(target)));
                    },
                    RehearsalPlan.defaults()
                            .withLoad(50, Duration.ofMillis(100), 2)
                            .withTroubles(List.of())
                            .withPatience(Duration.ofSeconds(50))
                            .withRollback(RollbackOptions.defaults().withPatience(Duration.ofSeconds(50))),
                    new MemoryStepTimes());
        }

        private static Store<Customer, Long> store(Customers customers) {
            return Store.of(customers::findById, customers::save, customers::deleteById);
        }

        private static DataSource database() {
            JdbcDataSource database = new JdbcDataSource();
            database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
            database.setUser("sa");
            database.setPassword(SECRET);
            for (String table : List.of("customers", "customers_canary")) {
                new JdbcTemplate(database)
                        .execute("CREATE TABLE " + table + " (id BIGINT PRIMARY KEY, name VARCHAR(40))");
            }
            return database;
        }
    }

    @BeforeAll
    static void start() {
        application = new SpringApplicationBuilder(Application.class)
                .properties(
                        "server.port=0",
                        "spring.main.banner-mode=off",
                        "management.endpoints.web.exposure.include=health,dualwrite",
                        "management.endpoint.dualwrite.access=unrestricted",
                        "management.endpoint.health.show-details=always",
                        "dualwrite.migrations.shop.capture=true",
                        "dualwrite.migrations.shop.attested-by=the tests",
                        "dualwrite.migrations.shop.handover-budget=20s",
                        "dualwrite.migrations.shop.writers-wait=50s",
                        "dualwrite.migrations.shop.control.conductor=true",
                        "dualwrite.migrations.shop.control.ramp=true",
                        "dualwrite.migrations.shop.control.incidents=true",
                        "dualwrite.migrations.shop.control.contacts.primary=storage team",
                        "dualwrite.migrations.shop.control.contacts.backup=storage lead",
                        "dualwrite.migrations.shop.control.contacts.channel=#shop",
                        "dualwrite.migrations.shop.control.store=operations",
                        "dualwrite.migrations.shop.control.canaries=true",
                        "dualwrite.migrations.shop.control.clock-apart=1h",
                        "dualwrite.health.slow-after=30s",
                        "dualwrite.health.within=40s")
                .run();
        new JdbcTemplate(application.getBean("legacy", DataSource.class))
                .update("INSERT INTO customers (id, name) VALUES (" + KEY + ", '" + SECRET + "')");
    }

    @AfterAll
    static void stop() {
        application.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("dualwrite-shop"));
    }

    @Test
    @Order(1)
    void whatCannotBeUnderstoodIsSaid() throws Exception {
        assertThat(get("shoes/conductor", 404)).contains("there are [shop]");
        assertThat(get("shop/kitchen", 404)).contains("conductor", "ramp", "rehearsal", "incidents", "runbooks");
        assertThat(get("shop/conductor/menu", 404)).contains("forecast, rollback, audit");
        assertThat(get("shop/incidents/none", 404)).contains("no such incident");
        assertThat(get("shop/runbooks/none", 404)).contains("no such rule");
        assertThat(order("conductor/dance", "{\"by\":\"ann\"}", 400)).contains("travel");
        assertThat(order("conductor/travel", "{\"by\":\"ann\"}", 400)).contains("stage");
        assertThat(order("conductor/travel", "{\"stage\":\"live\"}", 400)).contains("who answers");
        assertThat(order("conductor/travel", "{\"by\":\"ann\",\"stage\":\"frozen\"}", 400))
                .contains("FROZEN");
        assertThat(order("conductor/hold", "{\"by\":\"ann\"}", 400)).contains("why");
        assertThat(order("conductor/hold", "{\"by\":\"a\\nb\",\"why\":\"x\"}", 400))
                .contains("control characters");
        assertThat(order("incidents/update", "{\"by\":\"ann\"}", 400)).contains("id");
    }

    @Test
    @Order(2)
    void aConductorWalksToASwitchAndBackAndSaysWhatItWaitsFor() throws Exception {
        assertThat(order("advance", "{\"by\":\"ann\"}", 409)).contains("conductor/travel");
        assertThat(order("conductor/resume", "{\"by\":\"ann\"}", 409)).contains("not held");
        assertThat(order("ramp/begin", "{\"by\":\"ann\"}", 409)).contains("SHADOW");

        order("conductor/travel", "{\"by\":\"ann\",\"stage\":\"live\"}", 200);
        waitsFor("backfill");
        assertThat(stage()).isEqualTo("DUAL_WRITE");
        order("backfill", "{}", 202);
        await().atMost(PATIENCE).until(() -> stage().equals("SHADOW"));

        order("ramp/begin", "{\"by\":\"ann\"}", 200);
        String ramp = order("ramp/pause", "{\"by\":\"ann\",\"why\":\"lunch\"}", 200);
        assertThat(JsonPath.<String>read(ramp, "$.phase")).isEqualTo("PAUSED");
        assertThat(JsonPath.<Integer>read(ramp, "$.percent")).isEqualTo(1);
        order("ramp/pause", "{\"by\":\"ann\",\"why\":\"lunch\"}", 409);
        order("ramp/resume", "{\"by\":\"ann\"}", 200);
        order("ramp/abort", "{\"by\":\"ann\",\"why\":\"enough\"}", 200);
        assertThat(get("shop/ramp/audit", 200)).contains("lunch", "enough", "ann");
        assertThat(JsonPath.<String>read(get("shop/ramp", 200), "$.phase")).isEqualTo("OFF");

        assertThat(JsonPath.<Boolean>read(get("shop/conductor/forecast?stage=live", 200), "$.steps[0].free"))
                .isFalse();
        verifyUntilClean();
        await().atMost(PATIENCE).until(() -> {
            List<String> against = JsonPath.read(get("shop/conductor", 200), "$.against[*].gate");
            return against.equals(List.of("approval"));
        });
        order("conductor/hold", "{\"by\":\"ann\",\"why\":\"a release\"}", 200);
        assertThat(order("conductor/travel", "{\"by\":\"ann\",\"stage\":\"live\"}", 409))
                .contains("a release");
        order("conductor/resume", "{\"by\":\"ann\"}", 200);
        order("conductor/approve", "{\"by\":\"bob\",\"stage\":\"live\"}", 200);
        await().atMost(PATIENCE).until(() -> stage().equals("LIVE"));
        assertThat(order("conductor/travel", "{\"by\":\"ann\",\"stage\":\"shadow\"}", 409))
                .contains("abort");

        assertThat(get("shop/conductor/rollback", 200)).contains("LIVE → SHADOW", "never measured");
        String back = order("conductor/abort", "{\"by\":\"ann\",\"why\":\"orders drop\"}", 200);
        assertThat(JsonPath.<Boolean>read(back, "$.complete")).isTrue();
        assertThat(stage()).isEqualTo("DUAL_WRITE");
        assertThat(get("shop/conductor/audit", 200)).contains("bob", "approves of LIVE", "orders drop");
    }

    @Test
    @Order(3)
    void anIncidentIsListedAndItsRunbookWalked() throws Exception {
        assertThat(JsonPath.<List<String>>read(get("shop/runbooks", 200), "$.runbooks[*].rule"))
                .contains(RULE, "ramp-rolled-back", MigrationRules.JOURNAL_UNWRITABLE);
        assertThat(get("shop/runbooks/" + RULE, 200)).contains("provider", "Last exercised: never");

        String place = order("runbooks/drill", subject(RULE, "\"by\":\"eve\""), 200);
        String incident = JsonPath.read(place, "$.incident");
        assertThat(JsonPath.<String>read(place, "$.kind")).isEqualTo("QUESTION");
        assertThat(order("runbooks/drill", subject(RULE, "\"by\":\"eve\""), 409))
                .contains("walk that one");
        assertThat(JsonPath.<List<String>>read(get("shop/incidents", 200), "$.open[*].owner"))
                .containsExactly("eve");

        assertThat(order("incidents/did", subject(incident, "\"by\":\"eve\""), 409))
                .contains("nothing to be done");
        assertThat(order("incidents/answer", subject(incident, "\"yes\":true"), 200))
                .contains("other provider");
        assertThat(order("incidents/end", subject(incident, "\"by\":\"eve\""), 409))
                .contains("not at its end");
        order("incidents/did", subject(incident, "\"by\":\"eve\""), 200);
        assertThat(JsonPath.<Boolean>read(order("incidents/end", subject(incident, "\"by\":\"eve\""), 200), "$.over"))
                .isTrue();
        assertThat(order("incidents/did", subject(incident, "\"by\":\"eve\""), 409))
                .contains("walk");

        String update = "\"by\":\"eve\",\"state\":\"payments go through\",\"next\":\"watch\"";
        assertThat(JsonPath.<String>read(order("incidents/update", subject(incident, update), 200), "$.status.next"))
                .isEqualTo("watch");
        order("incidents/mitigate", subject(incident, "\"by\":\"eve\",\"what\":\"switched\""), 200);
        order("incidents/resolve", subject(incident, "\"by\":\"eve\",\"why\":\"a drill\""), 200);
        order("incidents/acknowledge", subject(incident, "\"by\":\"eve\""), 409);
        assertThat(JsonPath.<List<String>>read(get("shop/incidents", 200), "$.resolved[*].id"))
                .containsExactly(incident);

        String action = "\"by\":\"eve\",\"what\":\"alert earlier\",\"owner\":\"bob\",\"due\":";
        assertThat(order("incidents/add-action", subject(incident, action + "\"soon\""), 400))
                .contains("a day");
        String item =
                JsonPath.read(order("incidents/add-action", subject(incident, action + "\"2099-12-01\""), 200), "$.id");
        assertThat(get("shop/incidents", 200)).contains("alert earlier", "2099-12-02T00:00:00Z");
        order(
                "incidents/hand-on-action",
                subject(item, "\"by\":\"eve\",\"owner\":\"ann\",\"due\":\"2099-12-24\""),
                200);
        order("incidents/end-action", subject(item, "\"by\":\"ann\""), 200);
        order("incidents/end-action", subject(item, "\"by\":\"ann\""), 404);
        order("incidents/reviewed", subject(incident, "\"by\":\"eve\",\"what\":\"in the wiki\""), 200);
        assertThat(JsonPath.<String>read(get("shop/incidents/" + incident, 200), "$.report"))
                .contains("alert earlier", "in the wiki", "a drill", "It has not come back.");
        assertThat(get("shop/runbooks/" + RULE, 200)).contains("by eve");
    }

    @Test
    @Order(4)
    void aRehearsalGoesOnInTheBackgroundAndReports() throws Exception {
        assertThat(get("shop/rehearsal", 200)).contains("NEVER");
        order("rehearsal/begin", "{}", 400);
        order("rehearsal/begin", "{\"by\":\"ann\"}", 202);
        assertThat(order("rehearsal/begin", "{\"by\":\"ann\"}", 409)).contains("wait for its end");
        rehearse.countDown();
        await().atMost(PATIENCE)
                .until(() -> JsonPath.<String>read(get("shop/rehearsal", 200), "$.state"), "DONE"::equals);
        String report = get("shop/rehearsal", 200);
        assertThat(JsonPath.<List<String>>read(report, "$.against")).isEmpty();
        assertThat(JsonPath.<Boolean>read(report, "$.ready")).isTrue();
        assertThat(JsonPath.<List<String>>read(report, "$.checks[*].name")).contains("transfer", "reverse", "way back");
    }

    @Test
    @Order(5)
    void itsHealthHasTheChecksThatWriteTheClockAndTheFleet() throws Exception {
        await().atMost(PATIENCE).untilAsserted(() -> {
            String health =
                    answer(HttpRequest.newBuilder(uri("health/dualwrite")).build(), 200);
            assertThat(JsonPath.<String>read(health, "$.status")).as(health).isEqualTo("UP");
            assertThat(health)
                    .contains(
                            "\"origin-canary\":\"UP\"",
                            "\"target-canary\":\"UP\"",
                            "\"clock\":\"UP\"",
                            "\"fleet\":\"UP\"");
        });
    }

    @Test
    @Order(6)
    void aStoreThatCannotBeReachedIsNoFailureOfTheServer() throws Exception {
        unreachable.set(true);
        try {
            assertThat(get("shop/conductor/audit", 503)).contains("08001");
            order("conductor/hold", "{\"by\":\"ann\",\"why\":\"x\"}", 503);
            assertThat(get("shop/incidents", 503)).contains("a store cannot be used");
            get("shop/conductor", 200);
        } finally {
            unreachable.set(false);
        }
    }

    @Test
    @Order(7)
    void nothingOfWhatIsInRecordsNorOfHowStoresAreReachedWasSaid() {
        assertThat(said)
                .hasSizeGreaterThan(50)
                .allSatisfy(answer -> assertThat(answer)
                        .doesNotContain(SECRET)
                        .doesNotContain(String.valueOf(KEY))
                        .doesNotContain("jdbc:"));
        assertThat(application.getBean(Controls.class).isRunning()).isTrue();
    }

    private static String subject(String id, String more) {
        return "{\"id\":\"" + id + "\"," + more + "}";
    }

    private static void waitsFor(String reason) {
        await().atMost(PATIENCE)
                .until(
                        () -> get("shop/conductor", 200),
                        answer -> JsonPath.<List<String>>read(answer, "$.against[*].reasons[*]").stream()
                                .anyMatch(each -> each.contains(reason)));
    }

    private static String stage() throws Exception {
        return JsonPath.read(get("shop", 200), "$.stage");
    }

    private static void verifyUntilClean() throws Exception {
        String state;
        int passes = 0;
        do {
            order("verify", "{\"policy\":\"repair\"}", 202);
            await().atMost(PATIENCE)
                    .until(() -> JsonPath.<String>read(get("shop", 200), "$.jobs.verify.state"), "DONE"::equals);
            state = get("shop", 200);
        } while (!JsonPath.<Boolean>read(state, "$.jobs.verify.told.clean") && ++passes < 5);
        assertThat(JsonPath.<Boolean>read(state, "$.jobs.verify.told.clean")).isTrue();
    }

    private static String get(String path, int status) throws Exception {
        return answer(HttpRequest.newBuilder(uri("dualwrite/" + path)).GET().build(), status);
    }

    private static String order(String order, String details, int status) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri("dualwrite/shop/" + order))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(details))
                .build();
        return answer(request, status);
    }

    private static String answer(HttpRequest request, int status) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
        said.add(response.body());
        assertThat(response.statusCode())
                .as("%s %s: %s", request.method(), request.uri(), response.body())
                .isEqualTo(status);
        return response.body();
    }

    private static URI uri(String path) {
        return URI.create("http://localhost:" + application.getEnvironment().getProperty("local.server.port")
                + "/actuator/" + path);
    }
}
