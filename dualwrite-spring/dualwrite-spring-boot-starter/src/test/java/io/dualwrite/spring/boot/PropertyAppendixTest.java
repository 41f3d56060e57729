package io.dualwrite.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/spring-properties.md is what the metadata for editors says, made by this test into target/spring-properties.md. */
class PropertyAppendixTest {
    private static final Path PAGE = Path.of("../../docs/spring-properties.md");
    private static final String TOP = """
            # Properties of the Spring Boot starters
            Made from the metadata that the starters have for editors; `PropertyAppendixTest` writes it, and holds this page to it.
            """;

    @Test
    void thePageSaysWhatTheMetadataSays() throws IOException {
        String made = TOP
                + section("`dualwrite`", "dualwrite.", properties("META-INF/spring-configuration-metadata.json"))
                + section("Each `dualwrite.migrations.<name>`", "", source(MigrationProperties.class))
                + section("Each `dualwrite.degradation.<bean>`", "", source(DegradationProperties.class));
        Files.createDirectories(Path.of("target"));
        Files.writeString(Path.of("target/spring-properties.md"), made);

        assertThat(Files.readString(PAGE)).isEqualTo(made);
    }

    private static String section(String title, String prefix, List<Map<String, Object>> properties) {
        return properties.stream()
                .filter(property -> name(property).startsWith(prefix))
                .filter(property ->
                        !String.valueOf(property.get("type")).startsWith("java.util.Map<java.lang.String,io.dualwrite"))
                .sorted(Comparator.comparing(PropertyAppendixTest::name))
                .map(property -> "| `" + name(property) + "` | " + standard(property) + " | "
                        + Objects.requireNonNull(property.get("description"), name(property)) + " |")
                .collect(Collectors.joining(
                        "\n", "\n## " + title + "\n| property | default | |\n|---|---|---|\n", "\n"));
    }

    private static String name(Map<String, Object> property) {
        return String.valueOf(property.get("name"));
    }

    private static String standard(Map<String, Object> property) {
        Object value = property.get("defaultValue");
        return value == null || value.equals(List.of()) ? "" : "`" + value + "`";
    }

    private static List<Map<String, Object>> source(Class<?> type) throws IOException {
        return properties("META-INF/spring/configuration-metadata/" + type.getName() + ".json");
    }

    private static List<Map<String, Object>> properties(String resource) throws IOException {
        List<Map<String, Object>> all = new ArrayList<>();
        for (URL url :
                Collections.list(PropertyAppendixTest.class.getClassLoader().getResources(resource))) {
            try (InputStream metadata = url.openStream()) {
                List<Map<String, Object>> found =
                        JsonPath.read(new String(metadata.readAllBytes(), StandardCharsets.UTF_8), "$.properties");
                all.addAll(found);
            }
        }
        return all;
    }
}
