package io.dualwrite.spring.boot.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import io.dualwrite.jdbc.Jdbc;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.jdbc.Table;
import io.dualwrite.spring.GracefulDegradation;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
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

/** A web application with all of Spring Boot's Actuator, asked over HTTP; its migration goes all the way, and back once. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ActuatorTest {
    /** What must not be told by anybody. */
    private static final String SECRET = "hush-4711";
    /** So long that no time of the day has it among its digits. */
    private static final long KEY = 471108154711L;

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final List<String> said = new ArrayList<>();
    private static final List<String> observed = new CopyOnWriteArrayList<>();
    private static final HttpClient http = HttpClient.newHttpClient();
    private static ConfigurableApplicationContext application;

    @GracefulDegradation(deadline = "10s")
    interface Rating {
        String of(String product);
    }

    record Customer(long id, String name) {}

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

        @Bean
        Table<Customer, Long> customers() {
            return Jdbc.table("customers", Customer.class, Long.class).key(Customer::id);
        }

        @Bean
        ObservationHandler<Observation.Context> observing() {
            return new ObservationHandler<>() {
                @Override
                public void onStop(Observation.Context context) {
                    observed.add(context.getName() + " " + context.getLowCardinalityKeyValues());
                }

                @Override
                public boolean supportsContext(Observation.Context context) {
                    return true;
                }
            };
        }

        @Bean
        Rating rating() {
            return product -> {
                throw new IllegalStateException(SECRET);
            };
        }

        private static DataSource database() {
            JdbcDataSource database = new JdbcDataSource();
            database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
            database.setUser("sa");
            database.setPassword(SECRET);
            new JdbcTemplate(database).execute("CREATE TABLE customers (id BIGINT PRIMARY KEY, name VARCHAR(40))");
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
                        "management.endpoint.health.probes.enabled=true",
                        "management.endpoint.health.show-details=always",
                        "dualwrite.migrations.shop.capture=true",
                        "dualwrite.migrations.shop.verify-continuously=false",
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
    void theMigrationIsThereWithItsGates() throws Exception {
        application.getBean(Rating.class).of("book");
        String all = get("dualwrite", 200);
        assertThat(JsonPath.<String>read(all, "$.parts[0].name")).isEqualTo("rating.of");
        assertThat(JsonPath.<Integer>read(all, "$.parts[0].substitutes")).isEqualTo(1);
        assertThat(JsonPath.<String>read(all, "$.migrations.shop.stage")).isEqualTo("OFF");

        String one = get("dualwrite/shop", 200);
        assertThat(JsonPath.<String>read(one, "$.authority")).isEqualTo("ORIGIN");
        assertThat(JsonPath.<Boolean>read(one, "$.sides.TARGET.reached")).isTrue();
        assertThat(JsonPath.<List<String>>read(one, "$.gates[*].stage"))
                .containsExactly("DUAL_WRITE", "SHADOW", "LIVE", "RAMP_DOWN", "COMPLETE");
        assertThat(JsonPath.<List<String>>read(one, "$.gates[0].reasons"))
                .singleElement()
                .asString()
                .contains("approval");
    }

    @Test
    @Order(2)
    void whatIsRefusedIsNoFailureOfTheServer() throws Exception {
        assertThat(get("dualwrite/shoes", 404)).contains("there are [shop]");
        order("jump", "{}", 400);
        order("move", "{\"stage\":\"frozen\"}", 400);
        order("move", "{}", 400);
        order("hold", "{}", 400);
        order("hold", "{\"by\":\"a\\nb\"}", 400);
        order("advance", "{}", 409);
        order("roll-back", "{}", 409);
        order("backfill", "{}", 409);
        assertThat(order("verify", "{}", 409)).contains("no side follows");
    }

    @Test
    @Order(3)
    void aWholeMigrationIsOrdered() throws Exception {
        assertThat(stageOf(order("advance", "{\"by\":\"ann\"}", 200))).isEqualTo("DUAL_WRITE");
        assertThat(order("advance", "{}", 409)).contains("backfill");
        order("backfill", "{}", 202);
        assertThat(done("backfill")).contains("\"records\":1");
        order("pause-backfill", "{}", 200);
        order("resume-backfill", "{}", 200);

        assertThat(stageOf(order("advance", "{}", 200))).isEqualTo("SHADOW");
        assertThat(order("advance", "{}", 409)).contains("verification");
        verifyUntilClean();

        assertThat(stageOf(order("advance", "{}", 200))).isEqualTo("LIVE");
        assertThat(JsonPath.<String>read(get("dualwrite/shop", 200), "$.authority"))
                .isEqualTo("TARGET");
        assertThat(stageOf(order("rollback", "{}", 200))).isEqualTo("SHADOW");
        verifyUntilClean();

        order("hold", "{\"by\":\"ann\",\"why\":\"lunch\"}", 200);
        assertThat(JsonPath.<String>read(get("dualwrite/shop", 200), "$.held.why"))
                .isEqualTo("lunch");
        assertThat(order("advance", "{}", 409)).contains("ann").contains("lunch");
        order("release", "{}", 200);

        assertThat(stageOf(order("move", "{\"stage\":\"ramp-down\"}", 200))).isEqualTo("RAMP_DOWN");
        assertThat(order("advance", "{}", 409)).contains("no way back");
        order("complete", "{}", 400);
        assertThat(stageOf(order("complete", "{\"by\":\"ann\"}", 200))).isEqualTo("COMPLETE");
        order("advance", "{}", 409);
        assertThat(JsonPath.<List<String>>read(get("dualwrite/shop", 200), "$.steps[*].to"))
                .contains("DUAL_WRITE", "LIVE", "COMPLETE");
        assertThat(observed)
                .anySatisfy(one -> assertThat(one)
                        .contains("dualwrite.order")
                        .contains("migration")
                        .contains("advance"));
    }

    @Test
    @Order(4)
    void healthHasAGroupOfItsOwnAndNoPartInLivenessAndReadiness() throws Exception {
        assertThat(JsonPath.<String>read(get("health/dualwrite", 200), "$.status"))
                .isEqualTo("UP");
        assertThat(get("health/dualwrite", 200)).contains("\"shop\"").contains("\"authority\"");
        assertThat(JsonPath.<List<String>>read(get("health", 200), "$.groups"))
                .containsExactlyInAnyOrder("dualwrite", "liveness", "readiness");
        assertThat(get("health/liveness", 200)).doesNotContain("dualwrite");
        assertThat(get("health/readiness", 200)).doesNotContain("dualwrite");
    }

    @Test
    @Order(5)
    void aMigrationThatIsUnwellTakesNobodyOutOfRotation() throws Exception {
        application.getBean(JdbcMigration.class).close();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(get("health/dualwrite", 200)).contains("DEGRADED", "was closed"));
        assertThat(JsonPath.<String>read(get("health", 200), "$.status")).isEqualTo("UP");
        assertThat(order("verify", "{}", 409)).contains("does not run");
    }

    @Test
    @Order(6)
    void nothingOfWhatIsInRecordsNorOfHowStoresAreReachedWasSaid() {
        assertThat(said)
                .hasSizeGreaterThan(20)
                .allSatisfy(answer -> assertThat(answer)
                        .doesNotContain(SECRET)
                        .doesNotContain(String.valueOf(KEY))
                        .doesNotContain("jdbc:"));
    }

    private static void verifyUntilClean() throws Exception {
        String report;
        int passes = 0;
        do {
            order("verify", "{\"policy\":\"repair\"}", 202);
            report = done("verify");
        } while (!report.contains("\"clean\":true") && ++passes < 5);
        assertThat(report).contains("\"clean\":true");
    }

    private static String done(String job) {
        String path = "$.jobs." + job + ".state";
        await().atMost(PATIENCE).until(() -> JsonPath.<String>read(get("dualwrite/shop", 200), path), "DONE"::equals);
        return said.get(said.size() - 1);
    }

    private static String stageOf(String answer) {
        return JsonPath.read(answer, "$.stage");
    }

    private static String get(String path, int status) throws Exception {
        return answer(HttpRequest.newBuilder(uri(path)).GET().build(), status);
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
