package io.dualwrite.control.conduct;

import java.util.List;

/**
 * What a gate has said.
 *
 * @param gate its name
 * @param reasons every reason against; empty when it holds
 */
public record GateFinding(String gate, List<String> reasons) {
    public GateFinding {
        reasons = List.copyOf(reasons);
    }

    /** Whether the step may be made as far as this gate is concerned. */
    public boolean holds() {
        return reasons.isEmpty();
    }

    @Override
    public String toString() {
        return gate + ": " + (holds() ? "holds" : String.join("; ", reasons));
    }
}
