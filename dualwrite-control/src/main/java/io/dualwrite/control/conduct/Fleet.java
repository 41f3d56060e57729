package io.dualwrite.control.conduct;

import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which nodes are there, as one of them sees it: a node is there while its beat goes on. Measured by this node's own time, so
 * that no two clocks have to agree. Thread-safe.
 */
final class Fleet {
    private final String own;
    private final int nodes;
    private final Duration goneAfter;
    private final Map<String, Heard> heard = new HashMap<>();

    private record Heard(NodeSight sight, long at, boolean again) {}

    Fleet(String own, int nodes, Duration goneAfter) {
        this.own = own;
        this.nodes = nodes;
        this.goneAfter = goneAfter;
    }

    /** Notes what every node has said last; the nodes that have been silent for so long that they can be forgotten. */
    synchronized List<String> see(List<NodeSight> sights, long now) {
        List<String> gone = new ArrayList<>();
        heard.keySet().retainAll(sights.stream().map(NodeSight::node).toList());
        for (NodeSight sight : sights) {
            Heard before = heard.get(sight.node());
            if (before == null) {
                heard.put(sight.node(), new Heard(sight, now, sight.node().equals(own)));
            } else if (before.sight().beat() != sight.beat()) {
                heard.put(sight.node(), new Heard(sight, now, true));
            } else if (now - before.at() > goneAfter.multipliedBy(10).toNanos()) {
                gone.add(sight.node());
            }
        }
        return gone;
    }

    /** Every reason why the fleet is not known to be complete and at this stage. */
    synchronized List<String> against(Stage stage, long now) {
        List<String> reasons = new ArrayList<>();
        int there = 0;
        for (Heard each : heard.values()) {
            NodeSight sight = each.sight();
            if (now - each.at() > goneAfter.toNanos()) {
                continue;
            }
            if (!each.again()) {
                // It may have been gone for days: only a beat that goes on tells.
                reasons.add("node " + sight.node() + " was not heard again yet");
            } else {
                there++;
                if (sight.stage() != stage) {
                    reasons.add("node " + sight.node() + " is at " + sight.stage() + " and not at " + stage);
                }
            }
        }
        if (there < nodes) {
            reasons.add(there + " of " + nodes + " nodes are there");
        }
        return reasons.stream().sorted().toList();
    }
}
