package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whoever wants to know what happens to a call reads five files in one sitting. */
class DataPathSizeTest {
    private static final Path SOURCES = Path.of("src", "main", "java", "io", "dualwrite");
    private static final List<String> READING_LIST = List.of(
            "decorate/RepositoryDecorator.java",
            "path/WritePath.java",
            "path/ReadPath.java",
            "path/ShadowReader.java",
            "path/FallbackPolicy.java");

    @Test
    void theWholeDataPathIsFiveFilesAndUnderFourHundredLines() throws IOException {
        int code = 0;
        for (String file : READING_LIST) {
            code += (int) Files.readAllLines(SOURCES.resolve(file)).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("import ") && !line.startsWith("package "))
                    .count();
        }
        assertThat(code).isLessThan(400);
    }
}
