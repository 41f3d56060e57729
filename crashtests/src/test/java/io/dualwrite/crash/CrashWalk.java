package io.dualwrite.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.crash.NodeProcess.FailedException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Lets one node take a migration around, stops it for good or for a while at a point that was chosen before, lets another
 * node go on from there, and looks whether everything that was acknowledged is still so.
 */
final class CrashWalk {
    /** What becomes of the node at its point. */
    enum Fate {
        KILLED,
        /** Stopped, and resumed when somebody else has gone on to the end. */
        STOPPED
    }

    private static final int LAPS_TO_REACH = 4;
    /** What background work passes now and then is tried once more, a while being spent at each step. */
    private static final int LAPS_TO_REACH_THE_RARE = 12;

    private static final int LINGER_MILLIS = 600;

    private static final int LAPS_TO_DISCOVER = 3;
    private static final String[] VICTIM = {"writers=1", "readers=1", "think=20000", "budget=1500"};
    private static final String[] SURVIVOR = {"writers=2", "readers=1", "budget=1500"};

    private final Cluster cluster;
    private final NodeProcess survivor;
    private NodeProcess victim;
    private NodeProcess next;
    private int dismissed;

    CrashWalk(Cluster cluster) throws Exception {
        this.cluster = cluster;
        this.survivor = cluster.nodes(1, SURVIVOR).get(0);
        this.victim = cluster.nodes(1, VICTIM).get(0);
        this.next = cluster.spare(VICTIM);
    }

    /** The points that a node passes on its way around, in their order. */
    List<String> discover() {
        Set<String> points = new LinkedHashSet<>();
        // The first time around there is no LIVE behind it, and some rows say so.
        Lap.run(victim);
        for (int lap = 0; lap < LAPS_TO_DISCOVER; lap++) {
            victim.call("points");
            Lap.run(victim);
            points.addAll(List.of(victim.call("points").split(";")));
        }
        return List.copyOf(points);
    }

    /** Goes around once for each of these points; returns a line on each. */
    List<String> visit(List<String> points, Fate fate) throws Exception {
        List<String> lines = new ArrayList<>();
        List<String> rare = visit(points, fate, LAPS_TO_REACH, 0, lines);
        assertThat(visit(rare, fate, LAPS_TO_REACH_THE_RARE, LINGER_MILLIS, lines))
                .as("points that were not reached")
                .isEmpty();
        return lines;
    }

    /** Those of the points that were not reached. */
    private List<String> visit(List<String> points, Fate fate, int laps, int linger, List<String> lines)
            throws Exception {
        List<String> missed = new ArrayList<>();
        for (String point : points) {
            long begun = System.nanoTime();
            int reachedIn = reach(point, fate, laps, linger);
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
            if (reachedIn < 0) {
                missed.add(point);
            }
            String line = fate + " at " + point + (reachedIn < 0 ? ": not reached" : " in: " + Lap.STEPS.get(reachedIn))
                    + ", " + took + " ms";
            lines.add(line);
            System.out.println(line);
        }
        return missed;
    }

    Cluster.Report report() throws Exception {
        Lap.toShadow(survivor);
        return cluster.rest(survivor, List.of(survivor, victim)).assertSound();
    }

    /** How often a stopped node's sessions had to be ended for others to go on. */
    int dismissed() {
        return dismissed;
    }

    /** The number of the step in which it was reached, -1 if it never was. */
    private int reach(String point, Fate fate, int laps, int linger) throws Exception {
        victim.call("arm " + point);
        for (int lap = 0; lap < laps; lap++) {
            for (int step = 0; step < Lap.STEPS.size(); step++) {
                CompletableFuture<String> answer = victim.begin(Lap.STEPS.get(step));
                if (isReached(point, answer, linger)) {
                    strike(fate, step, answer);
                    return step;
                }
            }
        }
        victim.call("release");
        return -1;
    }

    private boolean isReached(String point, CompletableFuture<String> answer, int linger) throws InterruptedException {
        while (true) {
            boolean answered = answer.isDone();
            String reached = victim.pollReached(answered ? linger : 5);
            if (reached != null) {
                assertThat(reached).isEqualTo(point);
                return true;
            }
            if (answered) {
                return false;
            }
        }
    }

    private void strike(Fate fate, int step, CompletableFuture<String> answer) throws Exception {
        if (fate == Fate.KILLED) {
            victim.kill();
            Lap.run(survivor, step);
            victim = cluster.open(next);
            victim.call("traffic");
            next = cluster.spare(VICTIM);
        } else {
            victim.stop();
            boolean gone = false;
            for (String each : Lap.STEPS.subList(step, Lap.STEPS.size())) {
                gone = stepPast(each, gone);
            }
            checked(List.of(survivor));
            victim.goOn();
            victim.call("release");
            awaitEnd(answer);
            Lap.toShadow(survivor);
        }
        checked(List.of(survivor, victim));
    }

    private void checked(List<NodeProcess> withTraffic) throws Exception {
        cluster.rest(survivor, withTraffic).assertSound();
    }

    /** The survivor's step; when the stopped node's locks are in the way, its sessions are ended. */
    private boolean stepPast(String step, boolean gone) throws Exception {
        CompletableFuture<String> answer = survivor.begin(step);
        if (!gone) {
            try {
                answer.get(2, TimeUnit.SECONDS);
                return false;
            } catch (TimeoutException | ExecutionException inTheWay) {
                cluster.dismiss(victim);
                dismissed++;
            }
        }
        try {
            NodeProcess.get(answer, 60);
        } catch (FailedException refused) {
            Lap.step(survivor, step);
        }
        return true;
    }

    /** What the resumed node makes of its order is its own business, as long as it makes something of it. */
    private static void awaitEnd(CompletableFuture<String> answer) {
        try {
            NodeProcess.get(answer, 120);
        } catch (FailedException refused) {
            return;
        }
    }
}
