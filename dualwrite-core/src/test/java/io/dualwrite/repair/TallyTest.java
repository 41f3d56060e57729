package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TallyTest {
    private final Tally tally = new Tally();

    @Test
    void fieldsBeyondTheBoundAreCountedTogether() {
        for (int field = 0; field < VerifyReport.MOST_FIELDS + 7; field++) {
            different("f" + field);
        }
        different("f3");

        VerifyReport report = tally.report(new VerifyScope.Everything(), Duration.ofSeconds(1));

        assertThat(report.fields())
                .hasSize(VerifyReport.MOST_FIELDS + 1)
                .containsEntry(VerifyReport.OTHER_FIELDS, 7L)
                .containsEntry("item.f3", 2L);
        assertThat(report.fields().keySet()).startsWith(VerifyReport.OTHER_FIELDS, "item.f3");
        assertThat(report.confirmed()).isEqualTo(VerifyReport.MOST_FIELDS + 8);
    }

    @Test
    void whatIsToldInTheEventNamesTheFieldsThatDifferMost() {
        IntStream.range(0, 50).forEach(field -> different("f" + field));
        different("f49");

        assertThat(tally.told())
                .hasSize(21)
                .containsEntry("DIFFERENT", 51L)
                .containsEntry("item.f49", 2L)
                .doesNotContainKey("item.f48");
    }

    @Test
    void aVerificationThatTookNoTimeHasNoRate() {
        assertThat(tally.report(new VerifyScope.Everything(), Duration.ZERO).rowsPerSecond())
                .isZero();
    }

    private void different(String... fields) {
        tally.confirmed(new Discrepancy(Item.record(1), Discrepancy.Kind.DIFFERENT, List.of(fields)));
    }
}
