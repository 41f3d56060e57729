package io.dualwrite.examples.orders.guarded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class GuardedRampTest {
    @Test
    void theRampGoesBackByItselfAndItsIncidentsAreOpenedEscalatedToldAndReported() throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        GuardedRamp.run(new PrintStream(printed, true, StandardCharsets.UTF_8));
        List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();

        assertThat(lines)
                .containsSubsequence("shop: from now on SLOW", "shop: from now on WRONG", "shop: from now on DESERTED");
        assertThat(lines.stream().filter(line -> line.startsWith("audit: ")))
                .satisfiesExactly(
                        audit -> assertThat(audit)
                                .contains("to=ROLLED_BACK, fromPercent=25")
                                .containsPattern("why=(tripped on node-1: SLOW|slow FAIL)"),
                        audit -> assertThat(audit)
                                .contains("to=ROLLED_BACK, fromPercent=50")
                                .containsPattern("why=(tripped on node-1: MISMATCHES|mismatches FAIL)"),
                        audit -> assertThat(audit)
                                .contains("to=ROLLED_BACK, fromPercent=25")
                                .containsPattern("why=completed orders FAIL: [0-9]+ of [0-9]+ beyond .*DROP")
                                .containsPattern("evidence=errors (PASS|INCONCLUSIVE): 0 of .*; mismatches")
                                .containsPattern("mismatches (PASS|INCONCLUSIVE): 0 of "));
        for (String kind : List.of("OPENED", "ESCALATED", "UPDATED", "ACKNOWLEDGED", "MITIGATED", "RESOLVED")) {
            assertThat(lines).anyMatch(line -> line.startsWith("incident: CRITICAL " + kind + " for "));
        }
        assertThat(lines)
                .anyMatch(line -> line.startsWith("# CRITICAL: The read ramp has gone back by itself"))
                .anyMatch(line -> line.startsWith("| resolved | "))
                .contains("RESULT failed_reads=0 rollbacks=2", "RESULT failed_reads=0 rollbacks=1");
    }
}
