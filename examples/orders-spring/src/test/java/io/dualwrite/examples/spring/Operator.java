package io.dualwrite.examples.spring;

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
import java.util.Map;
import org.springframework.boot.json.JsonParserFactory;

/** Somebody who operates the migration by calls of the application's endpoint, and writes down what was said. */
final class Operator {
    private static final String PATH = "/actuator/dualwrite/shop";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient client = HttpClient.newHttpClient();
    private final URI base;
    private final List<String> transcript = new ArrayList<>();

    Operator(URI base) {
        this.base = base;
    }

    /** How it stands. */
    Map<String, Object> look() throws IOException, InterruptedException {
        return body(send(HttpRequest.newBuilder(base.resolve(PATH)).build()));
    }

    /** Gives an order, and writes down what the answer says of these, if of anything. */
    Map<String, Object> order(String order, String details, String... shown) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(HttpRequest.newBuilder(base.resolve(PATH + "/" + order))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(details))
                .build());
        Map<String, Object> body = body(answer);
        if (shown.length > 0) {
            transcript.add("$ curl -sX POST localhost:8080" + PATH + "/" + order
                    + " -H 'Content-Type: application/json' -d '" + details + "'");
            transcript.add(answer.statusCode() + " " + picked(body, shown));
        }
        return body;
    }

    /** Waits until a job has ended, and keeps how. */
    Map<?, ?> await(String job) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            if (look().get("jobs") instanceof Map<?, ?> jobs
                    && jobs.get(job) instanceof Map<?, ?> one
                    && !"RUNNING".equals(one.get("state"))) {
                return one;
            }
            Thread.sleep(20);
        }
        throw new IllegalStateException(job + " has not ended");
    }

    /** What was said, in order. */
    String transcript() {
        return String.join("\n", transcript);
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, BodyHandlers.ofString());
    }

    private static Map<String, Object> body(HttpResponse<String> answer) {
        return JsonParserFactory.getJsonParser().parseMap(answer.body());
    }

    private static String picked(Map<String, Object> body, String... names) {
        List<String> picked = new ArrayList<>();
        for (String name : names) {
            Object value = body.get(name);
            picked.add(quoted(name) + ": "
                    + (value instanceof List<?> list
                            ? list.stream().map(Operator::quoted).toList()
                            : quoted(value)));
        }
        return "{" + String.join(", ", picked) + "}";
    }

    private static String quoted(Object value) {
        return '"' + String.valueOf(value) + '"';
    }
}
