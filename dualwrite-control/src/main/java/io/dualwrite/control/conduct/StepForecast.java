package io.dualwrite.control.conduct;

import io.dualwrite.stage.Stage;
import java.util.List;

/**
 * What a step would meet if it were made now; of later steps, as far as it can be told before those in between are made.
 *
 * @param findings what each of its gates says
 */
public record StepForecast(Stage from, Stage to, List<GateFinding> findings) {
    public StepForecast {
        findings = List.copyOf(findings);
    }

    /** Whether nothing stands against it. */
    public boolean isFree() {
        return findings.stream().allMatch(GateFinding::holds);
    }
}
