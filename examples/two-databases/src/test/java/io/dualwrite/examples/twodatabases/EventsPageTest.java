package io.dualwrite.examples.twodatabases;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.event.Meters;
import io.dualwrite.event.MigrationEvent;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds the page about events and meters to the code. */
class EventsPageTest {
    private static List<String> rows(String heading) throws IOException {
        String page = Files.readString(Path.of("..", "..", "docs", "events.md"));
        String part = page.substring(page.indexOf("\n## " + heading) + 1);
        int end = part.indexOf("\n## ");
        return Pattern.compile("(?m)^\\| `([^`]+)` \\|")
                .matcher(end < 0 ? part : part.substring(0, end))
                .results()
                .map((MatchResult row) -> row.group(1))
                .toList();
    }

    @Test
    void everyEventHasARowAndNoOther() throws IOException {
        List<String> events = Arrays.stream(MigrationEvent.class.getPermittedSubclasses())
                .map(Class::getSimpleName)
                .toList();
        assertThat(rows("Events")).containsExactlyInAnyOrderElementsOf(events);
    }

    @Test
    void everyMeterHasARowAndNoOther() throws IOException {
        List<String> meters = Arrays.stream(Meters.class.getFields())
                .filter(field -> Modifier.isStatic(field.getModifiers()) && field.getType() == String.class)
                .map(EventsPageTest::value)
                .filter(name -> name.startsWith("dualwrite."))
                .toList();
        assertThat(rows("Meters")).containsExactlyInAnyOrderElementsOf(meters);
    }

    private static String value(Field constant) {
        try {
            return String.valueOf(constant.get(null));
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }
}
