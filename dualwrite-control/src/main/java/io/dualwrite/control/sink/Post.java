package io.dualwrite.control.sink;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** One place to which JSON is posted. Thread-safe; blocks ten seconds at most. Addresses and keys are secrets: none is told. */
final class Post {
    private static final Duration CONNECTED_WITHIN = Duration.ofSeconds(5);
    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(10);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECTED_WITHIN)
            .build();
    private final URI address;
    private final String type;
    private final Map<String, String> headers;
    private final Duration answeredWithin;

    Post(URI address, String type, Map<String, String> headers) {
        this(address, type, headers, ANSWERED_WITHIN);
    }

    Post(URI address, String type, Map<String, String> headers, Duration answeredWithin) {
        this.answeredWithin = answeredWithin;
        this.address = address;
        this.type = type;
        this.headers = Map.copyOf(headers);
    }

    /**
     * Posts this.
     *
     * @throws IOException when it could not be posted, or was not accepted; with the status and nothing of the answer
     */
    void json(String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .timeout(answeredWithin)
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8));
        headers.forEach(request::header);
        int status = client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
        if (status / 100 != 2) {
            throw new IOException("The sink answered " + status);
        }
    }
}
