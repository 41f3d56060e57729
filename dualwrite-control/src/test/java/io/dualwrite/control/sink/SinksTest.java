package io.dualwrite.control.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.dualwrite.control.incident.Incident;
import io.dualwrite.control.incident.Incident.Status;
import io.dualwrite.control.incident.IncidentSink;
import io.dualwrite.control.incident.Notice;
import io.dualwrite.control.incident.Severity;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Payloads equal the golden files, and reach a server as it is to get them. */
class SinksTest {
    private static final Instant OPENED = Instant.parse("2026-11-23T10:00:00Z");
    private static final Status STATUS = new Status("open", "none yet", "somebody takes it", "unknown");

    private record Received(String path, String type, String authorization, String body) {}

    private final List<Received> received = new CopyOnWriteArrayList<>();
    private volatile int status = 202;
    private HttpServer server;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            received.add(new Received(
                    exchange.getRequestURI().getPath(),
                    exchange.getRequestHeaders().getFirst("Content-Type"),
                    exchange.getRequestHeaders().getFirst("Authorization"),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private URI address(String path) {
        return URI.create("http://" + server.getAddress().getAddress().getHostAddress() + ":"
                + server.getAddress().getPort() + path);
    }

    private static Incident incident(Severity severity, Instant resolved) {
        return new Incident(
                "7d1e",
                3,
                "shop",
                "breaker-open",
                "copy",
                severity,
                "The \"copy\" <does> not & answer",
                OPENED,
                OPENED,
                null,
                null,
                null,
                null,
                resolved,
                1,
                null,
                null,
                STATUS);
    }

    private static Notice notice(Notice.Kind kind, Severity severity, Instant resolved) {
        return new Notice(
                kind,
                incident(severity, resolved),
                "bob",
                "#shop",
                "The copy does not answer: 1 of 2 answered; next: Is it up?",
                "node-1",
                Instant.parse("2026-11-23T10:05:00Z"));
    }

    private static Notice escalated() {
        return notice(Notice.Kind.ESCALATED, Severity.HIGH, null);
    }

    /** A golden file without its line breaks and indentation; texts in it have none. */
    private static String golden(String name) throws IOException {
        try (InputStream file = SinksTest.class.getResourceAsStream("/sinks/" + name + ".json")) {
            assertThat(file).as(name).isNotNull();
            return new String(file.readAllBytes(), StandardCharsets.UTF_8).replaceAll("\\n *", "");
        }
    }

    private Received sent(IncidentSink sink, Notice notice) throws Exception {
        sink.send(notice);
        assertThat(received).hasSize(1);
        return received.remove(0);
    }

    @Test
    void aWebhookGetsACloudEvent() throws Exception {
        Received got =
                sent(new CloudEventsSink(address("/hook"), Map.of("Authorization", "Bearer token")), escalated());
        assertThat(got)
                .isEqualTo(
                        new Received("/hook", "application/cloudevents+json", "Bearer token", golden("cloudevents")));
    }

    @Test
    void pagerDutyGetsAnEvent() throws Exception {
        PagerDutySink sink = new PagerDutySink("key-of-a-test", address("/v2/enqueue"));
        assertThat(sent(sink, escalated()))
                .isEqualTo(new Received("/v2/enqueue", "application/json", null, golden("pagerduty")));
        assertThat(sent(sink, notice(Notice.Kind.ACKNOWLEDGED, Severity.CRITICAL, null))
                        .body())
                .contains("\"event_action\":\"acknowledge\"")
                .contains("\"severity\":\"critical\"");
        assertThat(sent(sink, notice(Notice.Kind.RESOLVED, Severity.MEDIUM, OPENED))
                        .body())
                .contains("\"event_action\":\"resolve\"")
                .contains("\"dedup_key\":\"shop/breaker-open/7d1e\"")
                .contains("\"severity\":\"warning\"");
        assertThat(PagerDutySink.ENQUEUE).hasToString("https://events.pagerduty.com/v2/enqueue");
    }

    @Test
    void pagerDutyIsNotToldWhatIsLoggedOnly() throws Exception {
        PagerDutySink sink = new PagerDutySink("key-of-a-test", address("/v2/enqueue"));
        sink.send(notice(Notice.Kind.OPENED, Severity.LOW, null));
        sink.send(notice(Notice.Kind.ACTIVE, Severity.HIGH, null));
        new SlackSink(address("/services/T/B/x")).send(notice(Notice.Kind.ACTIVE, Severity.HIGH, null));
        assertThat(received).isEmpty();
    }

    @Test
    void alertmanagerGetsAnAlertAndItsEnd() throws Exception {
        AlertmanagerSink sink = new AlertmanagerSink(address("/prefix"), Map.of());
        assertThat(sink.wantsActive()).isTrue();
        assertThat(sent(sink, notice(Notice.Kind.ACTIVE, Severity.HIGH, null)))
                .isEqualTo(new Received("/prefix/api/v2/alerts", "application/json", null, golden("alertmanager")));
        assertThat(sent(sink, notice(Notice.Kind.RESOLVED, Severity.HIGH, Instant.parse("2026-11-23T11:00:00Z")))
                        .body())
                .endsWith("\"startsAt\":\"2026-11-23T10:00:00Z\",\"endsAt\":\"2026-11-23T11:00:00Z\"}]");
    }

    @Test
    void slackGetsAMessage() throws Exception {
        assertThat(sent(new SlackSink(address("/services/T/B/x")), escalated()))
                .isEqualTo(new Received("/services/T/B/x", "application/json", null, golden("slack")));
    }

    @Test
    void whatIsNotAcceptedIsTriedAgainByWhoeverSendsAndTellsNoSecret() {
        status = 503;
        assertThatThrownBy(() -> new PagerDutySink("key-of-a-test", address("/v2/enqueue")).send(escalated()))
                .isInstanceOf(IOException.class)
                .hasMessage("The sink answered 503");
    }

    @Test
    @Timeout(60)
    void aServerThatNeverAnswersIsGivenUp() {
        CountDownLatch forever = new CountDownLatch(1);
        server.createContext("/hangs", exchange -> {
            try {
                forever.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        Post post = new Post(address("/hangs"), "application/json", Map.of(), Duration.ofMillis(50));
        assertThatThrownBy(() -> post.json("{}")).isInstanceOf(HttpTimeoutException.class);
        forever.countDown();
    }

    @Test
    void everyCharacterSurvives() {
        assertThat(Json.of(List.of("a\"b\\c\nd\re\tf\u0001g", "ä€😀", "half \ud83d", 1, 2L, true, Map.of("k", "v"))))
                .isEqualTo("[\"a\\\"b\\\\c\\nd\\re\\tf\\u0001g\",\"ä€😀\",\"half \\ud83d\",1,2,true,{\"k\":\"v\"}]");
    }
}
