package io.dualwrite.spring.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.spring.boot.DualwriteAutoConfiguration;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slices of both lines of Spring Boot find the library, by the names that their annotations have there. */
class SliceImportsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureJdbc",
                "org.springframework.boot.data.jpa.test.autoconfigure.AutoConfigureDataJpa",
                "org.springframework.boot.data.jdbc.test.autoconfigure.AutoConfigureDataJdbc",
                "org.springframework.boot.test.autoconfigure.jdbc.AutoConfigureJdbc",
                "org.springframework.boot.test.autoconfigure.orm.jpa.AutoConfigureDataJpa",
                "org.springframework.boot.test.autoconfigure.data.jdbc.AutoConfigureDataJdbc"
            })
    void theyImportTheAutoConfiguration(String annotation) throws IOException {
        try (InputStream imports = Follow.class.getResourceAsStream("/META-INF/spring/" + annotation + ".imports")) {
            assertThat(imports).isNotNull();
            assertThat(new String(imports.readAllBytes(), StandardCharsets.UTF_8).strip())
                    .endsWith(DualwriteAutoConfiguration.class.getName());
        }
    }
}
