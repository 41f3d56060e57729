package io.dualwrite.examples.checkout;

import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.FlagEvaluationDetails;
import io.dualwrite.flag.StageSource;

/** A stage that is an OpenFeature flag with the values off, dualwrite, shadow, live, rampdown and complete. */
final class FeatureFlag {
    private FeatureFlag() {}

    /**
     * A provider that is down or has lost the flag answers with the default that it was given: only the details tell that,
     * and a wish must not be made of it.
     */
    static StageSource of(Client client, String flag) {
        return StageSource.named(() -> {
            FlagEvaluationDetails<String> answer = client.getStringDetails(flag, "");
            return answer.getErrorCode() == null ? answer.getValue() : null;
        });
    }
}
