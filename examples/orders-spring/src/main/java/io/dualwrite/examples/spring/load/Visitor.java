package io.dualwrite.examples.spring.load;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

/** One customer, who does one thing after the other and expects to see what it has done. Belongs to one thread. */
final class Visitor {
    private final Http http;
    private final Random random;
    private final String name;
    private final String id;
    private final String product;
    private final Deque<String> open = new ArrayDeque<>();
    private int orders;

    Visitor(Http http, String name, Random random) throws IOException, InterruptedException {
        this.http = http;
        this.random = random;
        this.name = name;
        this.id = http.call("POST", "/customers", """
                {"name": "%s", "email": "%s@example.org", "address": {"street": "Main Street", "city": "Ulm"}}""".formatted(name, name));
        this.product = http.call("POST", "/products", """
                        {"title": "%s's", "price": 12.50, "categories": ["all", "%s"]}""".formatted(name, name.substring(0, 3)))
                .replace("\"", "");
    }

    /**
     * Does something.
     *
     * @throws IOException when a call failed
     * @throws IllegalStateException when the shop has forgotten something
     */
    void act() throws IOException, InterruptedException {
        switch (random.nextInt(9)) {
            case 0, 1, 2 -> order();
            case 3 -> pay();
            case 4 -> cancel();
            case 5 -> move();
            case 6 -> http.call("POST", "/customers/" + id + "/interests/" + random.nextInt(50), "");
            case 7 -> reprice();
            default -> look();
        }
    }

    private void order() throws IOException, InterruptedException {
        String order = http.call(
                "POST",
                "/orders",
                "{\"customer\": " + id + ", \"quantities\": {\"" + product + "\": " + (1 + random.nextInt(9)) + "}}");
        open.add(order);
        orders++;
        expect(http.call("GET", "/orders/" + order, ""), "\"status\":\"OPEN\"", "\"lines\":1", name);
    }

    private void pay() throws IOException, InterruptedException {
        String order = open.poll();
        if (order != null) {
            http.call("POST", "/orders/" + order + "/payment", "");
            expect(http.call("GET", "/orders/" + order, ""), "\"status\":\"PAID\"");
            if (random.nextInt(4) == 0) {
                http.call("POST", "/customers/" + id + "/sending", "");
                expect(http.call("GET", "/orders/" + order, ""), "\"status\":\"SENT\"");
            }
        }
    }

    private void cancel() throws IOException, InterruptedException {
        String order = open.poll();
        if (order != null && random.nextBoolean()) {
            http.call("DELETE", "/orders/" + order, "");
            orders--;
        } else if (order != null) {
            http.call("DELETE", "/orders/" + order + "/lines/first", "");
            expect(http.call("GET", "/orders/" + order, ""), "\"lines\":0");
        }
    }

    private void move() throws IOException, InterruptedException {
        String city = "City" + random.nextInt(1_000);
        http.call("PUT", "/customers/" + id + "/address", "{\"street\": \"A\", \"city\": \"" + city + "\"}");
        expect(http.call("GET", "/customers/" + id, ""), city);
    }

    private void reprice() throws IOException, InterruptedException {
        String price = (1 + random.nextInt(99)) + ".25";
        http.call("PUT", "/products/" + product + "/price", price);
        expect(http.call("GET", "/products/" + product + "/price", ""), price);
    }

    private void look() throws IOException, InterruptedException {
        String all = http.call("GET", "/customers/" + id + "/orders", "");
        int seen = all.split("\"id\":", -1).length - 1;
        if (seen != orders) {
            throw new IllegalStateException(name + " has " + orders + " orders and is shown " + seen);
        }
        expect(http.call("GET", "/products?category=" + name.substring(0, 3), ""), name);
        http.call("GET", "/products/cheap?below=50", "");
    }

    private static void expect(String answer, String... parts) {
        for (String part : parts) {
            if (!answer.contains(part)) {
                throw new IllegalStateException("Expected " + part + " in " + answer);
            }
        }
    }
}
