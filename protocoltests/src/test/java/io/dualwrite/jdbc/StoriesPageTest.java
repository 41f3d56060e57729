package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds the page of stories to the tests that play them. */
class StoriesPageTest {
    @Test
    void everyStoryHasATestAndNoTestIsWithoutItsStory() throws IOException {
        List<String> told = Pattern.compile("(?m)^\\|[^|]+\\|[^|]+\\| `(\\w+)` \\|[^|]+\\|$")
                .matcher(Files.readString(Path.of("..", "docs", "stories.md")))
                .results()
                .map((MatchResult row) -> row.group(1))
                .toList();
        List<String> played = Arrays.stream(DataLossStories.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(Method::getName)
                .toList();
        assertThat(told).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(played);
    }
}
