package io.dualwrite.control.ramp;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.control.evidence.Evidence;
import io.dualwrite.control.ramp.Ruling.Verdict;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every state that can be reached, and in each of them every order and every kind of look. */
class RampMachineTest {
    private static final Duration AT_LEAST = Duration.ofMinutes(1);
    private static final Duration AT_MOST = Duration.ofHours(6);
    private static final Duration COOL = Duration.ofMinutes(10);
    private static final int MOST_ROLLBACKS = 3;

    private static RampPlan plan(boolean resumesItself) {
        RampPlan plan = RampPlan.defaults()
                .withGates(List.of(Gate.errors(0.01), Gate.mismatches(0.01).advisory()))
                .withSteps(List.of(RampStep.to(1), RampStep.to(50), RampStep.to(100)))
                .withCoolDown(COOL, COOL.multipliedBy(3));
        return resumesItself ? plan.resumingItself() : plan;
    }

    /** All looks that differ in something that could matter. */
    private static List<Judgement> looks() {
        List<Judgement> looks = new ArrayList<>();
        for (Verdict critical : Verdict.values()) {
            for (Verdict advisory : Verdict.values()) {
                for (Duration inPhase : List.of(
                        Duration.ZERO, AT_LEAST, COOL, COOL.multipliedBy(2), AT_MOST, AT_MOST.multipliedBy(2))) {
                    for (long reads : new long[] {0, 1_000}) {
                        for (int errors : new int[] {0, 3, 4}) {
                            for (boolean full : new boolean[] {false, true}) {
                                for (List<String> holds : List.of(List.<String>of(), List.of("another node"))) {
                                    looks.add(new Judgement(
                                            List.of(
                                                    ruling("errors", true, critical),
                                                    ruling("mismatches", false, advisory)),
                                            inPhase,
                                            reads,
                                            errors,
                                            full,
                                            holds));
                                }
                            }
                        }
                    }
                }
            }
        }
        return looks;
    }

    private static Ruling ruling(String gate, boolean critical, Verdict verdict) {
        return new Ruling(gate, critical, verdict, "so", Evidence.NONE);
    }

    /** What a state is but for its numbers that only grow. */
    private record Place(RampPhase phase, int step, int percent, int rollbacks) {
        static Place of(RampState state) {
            return new Place(state.phase(), state.step(), state.percent(), state.rollbacks());
        }
    }

    private record Seen(RampState from, RampState to, String by, Judgement look) {}

    private static List<Seen> everything(boolean resumesItself) {
        RampMachine machine = new RampMachine(plan(resumesItself));
        List<Seen> all = new ArrayList<>();
        Set<Place> known = new HashSet<>();
        Deque<RampState> open = new ArrayDeque<>(List.of(RampState.FIRST));
        while (!open.isEmpty()) {
            RampState at = open.poll();
            if (!known.add(Place.of(at)) || at.rollbacks() > MOST_ROLLBACKS) {
                continue;
            }
            Map<String, RampMachine.Move> orders = new LinkedHashMap<>();
            orders.put("begin", machine.begin(at));
            orders.put("pause", machine.pause(at, "so"));
            orders.put("resume early", machine.resume(at, Duration.ZERO));
            orders.put("resume late", machine.resume(at, Duration.ofDays(1)));
            orders.put("abort", machine.abort(at, "so"));
            orders.put("trip", machine.trip(at, "so"));
            orders.forEach((by, move) -> {
                assertThat(move.isMade()).isEqualTo(move.to() != at);
                all.add(new Seen(at, move.to(), by, null));
                open.add(move.to());
            });
            for (Judgement look : looks()) {
                RampState to = machine.look(at, look).orElse(at);
                all.add(new Seen(at, to, "look", look));
                open.add(to);
            }
        }
        assertThat(known.stream().map(Place::phase)).containsAll(EnumSet.allOf(RampPhase.class));
        return all;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void onlyAnArmedRampHasAShare(boolean resumesItself) {
        assertThat(everything(resumesItself))
                .allSatisfy(seen -> assertThat(seen.to().percent() > 0)
                        .isEqualTo(seen.to().phase().isArmed()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFailedCriticalGateRollsBackWhereverReadsMayGoToTheCopy(boolean resumesItself) {
        List<Seen> failed = everything(resumesItself).stream()
                .filter(seen -> seen.look() != null && seen.look().failure().isPresent())
                .filter(seen -> seen.from().phase().isArmed())
                .toList();
        assertThat(failed.stream().map(seen -> seen.from().phase()))
                .contains(RampPhase.RAMPING, RampPhase.PAUSED, RampPhase.HELD, RampPhase.FULL);
        assertThat(failed).allSatisfy(seen -> {
            assertThat(seen.to().phase()).isEqualTo(RampPhase.ROLLED_BACK);
            assertThat(seen.to().percent()).isZero();
            assertThat(seen.to().rollbacks()).isEqualTo(seen.from().rollbacks() + 1);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aShareGrowsByOneStepOnlyWhileRampingAndOnPassesOfEveryCriticalGate(boolean resumesItself) {
        RampPlan plan = plan(resumesItself);
        List<Seen> grown = everything(resumesItself).stream()
                .filter(seen ->
                        seen.look() != null && seen.to().percent() > seen.from().percent())
                .filter(seen -> seen.from().phase() != RampPhase.ROLLED_BACK)
                .toList();
        assertThat(grown).isNotEmpty().allSatisfy(seen -> {
            assertThat(seen.from().phase()).isEqualTo(RampPhase.RAMPING);
            assertThat(seen.to().phase()).isEqualTo(RampPhase.RAMPING);
            assertThat(seen.to().step()).isEqualTo(seen.from().step() + 1);
            assertThat(seen.to().percent())
                    .isEqualTo(plan.steps().get(seen.to().step()).percent());
            assertThat(seen.to().epoch()).isGreaterThan(seen.from().epoch());
            assertThat(seen.look().rulings().get(0).verdict()).isEqualTo(Verdict.PASS);
            assertThat(seen.look().inPhase()).isGreaterThanOrEqualTo(AT_LEAST);
            assertThat(seen.look().reads()).isGreaterThanOrEqualTo(1_000);
            assertThat(seen.look().holds()).isEmpty();
            assertThat(seen.to().percent() < 100 || seen.look().fullLoad()).isTrue();
        });
        assertThat(grown.stream().map(seen -> seen.to().percent())).contains(50, 100);
    }

    @Test
    void aRampThatRolledBackGoesUpAgainByAPersonOnlyAndNotBeforeItHasCooledDown() {
        List<Seen> again = everything(false).stream()
                .filter(seen -> seen.from().phase() == RampPhase.ROLLED_BACK && seen.to() != seen.from())
                .toList();
        assertThat(again).isNotEmpty().allSatisfy(seen -> {
            assertThat(seen.by()).isEqualTo("resume late");
            assertThat(seen.to().step()).isZero();
        });
    }

    @Test
    void whereThePlanSaysSoItBeginsAnewByItselfAfterCoolingDownLongerEachTime() {
        List<Seen> again = everything(true).stream()
                .filter(seen -> seen.look() != null && seen.from().phase() == RampPhase.ROLLED_BACK)
                .toList();
        assertThat(again).isNotEmpty().allSatisfy(seen -> {
            Duration cool = plan(true).coolDownAfter(seen.from().rollbacks());
            assertThat(seen.to().phase())
                    .isEqualTo(seen.look().inPhase().compareTo(cool) >= 0 ? RampPhase.RAMPING : RampPhase.ROLLED_BACK);
        });
        assertThat(plan(true).coolDownAfter(1)).isEqualTo(COOL);
        assertThat(plan(true).coolDownAfter(2)).isEqualTo(COOL.multipliedBy(2));
        assertThat(plan(true).coolDownAfter(1_000)).isEqualTo(COOL.multipliedBy(3));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void pausedAndHeldAndFullRampsKeepTheirShareUntilAPersonOrAFailureSaysOtherwise(boolean resumesItself) {
        assertThat(everything(resumesItself).stream()
                        .filter(seen ->
                                seen.look() != null && seen.look().failure().isEmpty())
                        .filter(seen -> Set.of(RampPhase.PAUSED, RampPhase.HELD, RampPhase.FULL)
                                .contains(seen.from().phase())))
                .isNotEmpty()
                .allSatisfy(seen -> assertThat(seen.to()).isSameAs(seen.from()));
    }

    @Test
    void aGateThatCannotBeAskedFourTimesAndAStepWithoutADecisionAreHeldForAPerson() {
        List<Seen> held = everything(false).stream()
                .filter(seen ->
                        seen.to().phase() == RampPhase.HELD && seen.from().phase() == RampPhase.RAMPING)
                .toList();
        assertThat(held).isNotEmpty().allSatisfy(seen -> {
            assertThat(seen.look().errorsInARow() >= 4 || seen.look().inPhase().compareTo(AT_MOST) >= 0)
                    .isTrue();
            assertThat(seen.to().percent()).isEqualTo(seen.from().percent());
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyArmedStateCanBeAbortedAndTrippedAndEveryChangeHasAHigherVersion(boolean resumesItself) {
        assertThat(everything(resumesItself)).allSatisfy(seen -> {
            if (seen.to() != seen.from()) {
                assertThat(seen.to().version()).isEqualTo(seen.from().version() + 1);
                assertThat(seen.to().epoch()).isGreaterThanOrEqualTo(seen.from().epoch());
            }
            if (seen.from().phase().isArmed()
                    && (seen.by().equals("abort") || seen.by().equals("trip"))) {
                assertThat(seen.to().percent()).isZero();
            }
        });
    }

    @Test
    void anAdvisoryGateDecidesNothing() {
        RampMachine machine = new RampMachine(plan(false));
        RampState at = machine.begin(RampState.FIRST).to();
        for (Verdict advisory : Verdict.values()) {
            Judgement look = new Judgement(
                    List.of(ruling("errors", true, Verdict.PASS), ruling("mismatches", false, advisory)),
                    AT_LEAST,
                    1_000,
                    0,
                    false,
                    List.of());
            assertThat(machine.look(at, look))
                    .hasValueSatisfying(to -> assertThat(to.percent()).isEqualTo(50));
        }
    }

    @Test
    void whatTheNextStepNeedsIsSaidInFull() {
        RampMachine machine = new RampMachine(plan(false));
        RampState at = machine.begin(RampState.FIRST).to();
        Judgement look = new Judgement(
                List.of(ruling("errors", true, Verdict.INCONCLUSIVE)), Duration.ZERO, 10, 0, false, List.of("n2: no"));
        assertThat(machine.needs(at, look))
                .containsExactly(
                        "errors INCONCLUSIVE: so",
                        "n2: no",
                        "the step lasts PT1M at least",
                        "990 more reads of the copy");
        assertThat(machine.needs(RampState.FIRST, look)).isEmpty();
    }
}
