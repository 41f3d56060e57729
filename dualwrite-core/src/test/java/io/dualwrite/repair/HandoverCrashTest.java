package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.fence.ControlException;
import io.dualwrite.fence.Pace;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Coordinators that die after any step, and coordinators that only slept there and go on long after. */
class HandoverCrashTest {
    private static final List<String> STEPS = List.of("close", "drain", "confirm", "cede", "takeOver", "follow");

    private Bench bench;

    @BeforeEach
    void readyToFlip() throws Exception {
        bench = Bench.readyToFlip();
        bench.write(3, "three");
    }

    static Stream<Arguments> everyStepOfEveryDirection() {
        return Stream.of(Side.values())
                .flatMap(side -> STEPS.stream().map(step -> Arguments.of(side, STEPS.indexOf(step), step)));
    }

    @ParameterizedTest(name = "away from {0}, dead after {2}")
    @MethodSource("everyStepOfEveryDirection")
    void whateverStepACoordinatorDiesAfterAnotherNodeGoesOnOrOpensAgain(Side from, int last, String step)
            throws Exception {
        letLead(from);
        new Coordinator(from).runThrough(last);

        bench.pace.pass(Bench.HANDOVER.budget().plusSeconds(1));
        bench.node().handover.settle();

        boolean decided = last >= STEPS.indexOf("cede");
        Side leader = decided ? from.other() : from;
        assertThat(bench.row(leader).role()).isEqualTo(Role.AUTHORITY);
        assertThat(bench.row(leader.other()).role()).isEqualTo(Role.COPY);
        assertThat(bench.stage()).isEqualTo(leader == Side.ORIGIN ? Stage.SHADOW : Stage.LIVE);
        assertThat(bench.items(leader)).containsEntry(3L, "three");
        assertThat(bench.write(leader, 4, "four")).isTrue();
    }

    @ParameterizedTest(name = "away from {0}, asleep after {2}")
    @MethodSource("everyStepOfEveryDirection")
    void aCoordinatorThatWakesAfterAnotherFinishedChangesNothing(Side from, int last, String step) throws Exception {
        letLead(from);
        Coordinator asleep = new Coordinator(from);
        asleep.runThrough(last);
        finishByOthers(from);
        ControlRow origin = bench.row(Side.ORIGIN);
        ControlRow target = bench.row(Side.TARGET);

        asleep.goOn();

        assertThat(List.of(bench.row(Side.ORIGIN), bench.row(Side.TARGET))).containsExactly(origin, target);
    }

    @ParameterizedTest(name = "away from {0}, asleep after {2}")
    @MethodSource("everyStepOfEveryDirection")
    void aCoordinatorThatWakesAfterThereAndBackAgainChangesNothing(Side from, int last, String step) throws Exception {
        letLead(from);
        Coordinator asleep = new Coordinator(from);
        asleep.runThrough(last);
        finishByOthers(from);
        bench.node().handover.run(from.other(), bench.row(from.other()));
        assertThat(bench.write(from, 8, "written since")).isTrue();
        ControlRow origin = bench.row(Side.ORIGIN);
        ControlRow target = bench.row(Side.TARGET);

        asleep.goOn();

        assertThat(List.of(bench.row(Side.ORIGIN), bench.row(Side.TARGET))).containsExactly(origin, target);
        assertThat(bench.items(from)).containsEntry(8L, "written since");
    }

    @Test
    void ofTwoCoordinatorsOnlyOneCloses() throws Exception {
        Coordinator first = new Coordinator(Side.ORIGIN);
        Coordinator second = new Coordinator(Side.ORIGIN);
        first.runThrough(0);

        second.goOn();
        assertThat(second.refused).isTrue();
        assertThat(bench.row(Side.ORIGIN).role()).isEqualTo(Role.CLOSED);

        first.goOn();
        assertThat(first.refused).isFalse();
        assertThat(bench.stage()).isEqualTo(Stage.LIVE);
    }

    @Test
    void twoNodesThatSettleTheSameDecisionMakeOneAuthority() throws Exception {
        new Coordinator(Side.ORIGIN).runThrough(STEPS.indexOf("cede"));
        Bench.Node first = bench.node();
        Bench.Node second = bench.node();
        bench.controls.target().beforeNextChange(() -> settle(second));

        first.handover.settle();

        assertThat(bench.authorities()).isEqualTo(1);
        assertThat(bench.row(Side.TARGET))
                .extracting(ControlRow::role, ControlRow::handover)
                .containsExactly(Role.AUTHORITY, 1L);
        assertThat(bench.row(Side.ORIGIN).role()).isEqualTo(Role.COPY);
    }

    @Test
    void anOpeningAgainBeatsTheDecisionWhenItComesFirst() throws Exception {
        Coordinator coordinator = new Coordinator(Side.ORIGIN);
        coordinator.runThrough(STEPS.indexOf("confirm"));
        bench.pace.pass(Bench.HANDOVER.budget().plusSeconds(1));
        Bench.Node impatient = bench.node();
        bench.controls.origin().beforeNextChange(() -> impatient.handover.openIfExpired(Side.ORIGIN));

        coordinator.goOn();

        assertThat(coordinator.refused).isTrue();
        assertThat(bench.row(Side.ORIGIN).role()).isEqualTo(Role.AUTHORITY);
        assertThat(bench.row(Side.TARGET).role()).isEqualTo(Role.COPY);
    }

    @Test
    void theDecisionBeatsAnOpeningAgainWhenItComesFirst() throws Exception {
        Coordinator coordinator = new Coordinator(Side.ORIGIN);
        coordinator.runThrough(STEPS.indexOf("confirm"));
        bench.pace.pass(Bench.HANDOVER.budget().plusSeconds(1));
        bench.controls.origin().beforeNextChange(() -> coordinator.stepAndCheck(STEPS.indexOf("cede")));

        bench.node().handover.openIfExpired(Side.ORIGIN);
        coordinator.goOn();

        assertThat(coordinator.refused).isFalse();
        assertThat(bench.stage()).isEqualTo(Stage.LIVE);
    }

    private void letLead(Side side) throws Exception {
        if (side == Side.TARGET) {
            bench.node().handover.run(Side.ORIGIN, bench.row(Side.ORIGIN));
            bench.write(3, "three");
        }
    }

    private void finishByOthers(Side from) throws Exception {
        bench.pace.pass(Bench.HANDOVER.budget().plusSeconds(1));
        Bench.Node other = bench.node();
        other.handover.settle();
        if (bench.row(from).role() == Role.AUTHORITY) {
            other.handover.run(from, bench.row(from));
        }
        assertThat(bench.row(from.other()).role()).isEqualTo(Role.AUTHORITY);
    }

    private static void settle(Bench.Node node) {
        try {
            node.handover.settle();
        } catch (InterruptedException unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }

    /** A handover whose steps are made one by one; after each, no two sides have the authority. */
    private final class Coordinator {
        private final Bench.Node node = bench.node();
        private final Side from;
        private final ControlRow checked;
        private final Pace.Deadline deadline = () -> Bench.HANDOVER.budget();
        private final List<ControlRow> made = new ArrayList<>();
        private int next;
        private boolean refused;

        Coordinator(Side from) {
            this.from = from;
            this.checked = bench.row(from);
        }

        void runThrough(int last) {
            while (next <= last && !refused) {
                stepAndCheck(next);
            }
        }

        void goOn() {
            runThrough(STEPS.size() - 1);
        }

        void stepAndCheck(int step) {
            next = step + 1;
            try {
                make(STEPS.get(step));
            } catch (StageRefusedException | ControlException gaveUp) {
                refused = true;
            } catch (InterruptedException unexpected) {
                throw new IllegalStateException(unexpected);
            }
            assertThat(bench.authorities()).isLessThanOrEqualTo(1);
        }

        private void make(String step) throws InterruptedException {
            switch (step) {
                case "close" -> made.add(node.handover.close(from, checked, deadline));
                case "drain" -> node.handover.drain(from, deadline);
                case "confirm" -> node.handover.confirm(from, deadline);
                case "cede" -> made.add(node.handover.cede(from, made.get(0), deadline));
                case "takeOver" -> node.handover.takeOver(from, made.get(1));
                default -> node.handover.follow(from, made.get(1));
            }
        }
    }
}
