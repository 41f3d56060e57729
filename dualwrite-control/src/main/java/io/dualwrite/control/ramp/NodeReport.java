package io.dualwrite.control.ramp;

import io.dualwrite.control.evidence.Evidence;
import java.util.Map;

/**
 * What one node has counted in an epoch. What a dead node has counted stays true and goes on counting.
 *
 * @param node unique to a process and to a start of it
 * @param beat grows with every report; one that stands still is a node that is gone
 * @param hold why this node would not go on; empty when it would
 * @param counted by gate, since the epoch began
 */
public record NodeReport(String node, long epoch, long beat, String hold, Map<String, Evidence> counted) {
    public NodeReport {
        counted = Map.copyOf(counted);
    }
}
