package io.dualwrite.control.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dualwrite.control.evidence.Expectation.Direction;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AlarmTest {
    private static final Budget BUDGET = new Budget(0.001);
    private static final double IN_VAIN = 0.01;
    private static final int LOOK = 200;

    @Test
    void aTargetAtItsBudgetIsHardlyEverAccused() {
        assertThat(rung(0.001, 1_000)).isLessThanOrEqualTo(5);
    }

    @Test
    void aHealthyTargetIsNotAccused() {
        assertThat(rung(0.0005, 1_000)).isZero();
    }

    @Test
    void oneFiveTimesOverItsBudgetIsCaughtWithinTwoThousandReadsAtTheMedian() {
        assertThat(medianReads(0.005, 0)).isLessThanOrEqualTo(2_000);
    }

    @Test
    void oneThatFailsEveryFifthReadIsCaughtAtTheFirstLook() {
        assertThat(medianReads(0.2, 0)).isLessThanOrEqualTo(200);
    }

    @Test
    void aLongGoodTimeBeforeDoesNotHelpOneThatTurnsBad() {
        assertThat(medianReads(0.2, 100_000)).isLessThanOrEqualTo(400);
        assertThat(medianReads(0.005, 100_000)).isLessThanOrEqualTo(6_000);
    }

    @Test
    void itRingsOnUntilItIsRestarted() {
        Alarm alarm = new Alarm(BUDGET, IN_VAIN);
        assertThat(alarm.rings(new Evidence(50, 100))).isTrue();
        assertThat(alarm.rings(new Evidence(50, 1e9))).isTrue();
        alarm.restart();
        assertThat(alarm.rings(Evidence.NONE)).isFalse();
        assertThat(alarm.rings(new Evidence(50, 100))).isTrue();
    }

    @Test
    void withoutABadOneThreeByTheBudgetAreEnough() {
        double enough = Math.log(20);
        assertThat(BUDGET.missing(Evidence.NONE, enough)).isCloseTo(2_995, within(5.0));
        assertThat(BUDGET.inFavour(new Evidence(0, 2_996))).isGreaterThanOrEqualTo(enough);
        assertThat(BUDGET.missing(new Evidence(0, 2_996), enough)).isZero();
        assertThat(BUDGET.inFavour(new Evidence(1, 3_000))).isLessThan(enough);
    }

    @Test
    void nothingSpeaksForWhatIsAtOrBeyondTheEdge() {
        assertThat(BUDGET.inFavour(Evidence.NONE)).isZero();
        assertThat(BUDGET.inFavour(new Evidence(3, 3_000))).isZero();
        assertThat(BUDGET.inFavour(new Evidence(3_000, 3_000))).isZero();
        assertThat(BUDGET.missing(new Evidence(3, 3_000), 3)).isGreaterThan(5_000);
    }

    @Test
    void aLargeBudgetIsHeldAgainstSharesBelowOne() {
        Budget half = new Budget(0.5);
        assertThat(half.against(new Evidence(60, 60))).isGreaterThan(10).isFinite();
        assertThat(half.against(new Evidence(30, 60))).isNegative();
    }

    @Test
    void eventsThatStayAwayRingAndEventsThatComeDoNot() {
        Expectation orders = new Expectation(Direction.DROP, 0.3);
        assertThat(new Alarm(orders, IN_VAIN).rings(new Evidence(0, 100))).isTrue();
        assertThat(new Alarm(orders, IN_VAIN).rings(new Evidence(40, 100))).isTrue();
        assertThat(new Alarm(orders, IN_VAIN).rings(new Evidence(80, 100))).isFalse();
        assertThat(new Alarm(orders, IN_VAIN).rings(new Evidence(300, 100))).isFalse();
        assertThat(orders.inFavour(new Evidence(100, 100))).isGreaterThan(3);
        assertThat(orders.inFavour(new Evidence(60, 100))).isZero();
        assertThat(orders.missing(Evidence.NONE, 3)).isBetween(40.0, 80.0);
    }

    @Test
    void eventsThatMustNotRiseRingWhenTheyDo() {
        Expectation refused = new Expectation(Direction.RISE, 0.5);
        assertThat(new Alarm(refused, IN_VAIN).rings(new Evidence(300, 100))).isTrue();
        assertThat(new Alarm(refused, IN_VAIN).rings(new Evidence(100, 100))).isFalse();
        assertThat(refused.inFavour(new Evidence(100, 100))).isGreaterThan(3);
    }

    @Test
    void whatIsNoBudgetIsRefused() {
        assertThatThrownBy(() -> new Budget(0)).hasMessageContaining("0.0");
        assertThatThrownBy(() -> new Budget(1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Expectation(Direction.DROP, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Alarm(BUDGET, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Evidence(-1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Evidence(Double.NaN, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    /** How many of so many series of 20,000 reads rang. */
    private static int rung(double rate, int series) {
        int rung = 0;
        for (int seed = 0; seed < series; seed++) {
            rung += reads(rate, 0, 20_000, seed) <= 20_000 ? 1 : 0;
        }
        return rung;
    }

    private static double medianReads(double rate, int goodBefore) {
        return new Random(1)
                .ints(201)
                .mapToDouble(seed -> reads(rate, goodBefore, 100_000, seed))
                .sorted()
                .skip(100)
                .findFirst()
                .orElseThrow();
    }

    /** After how many reads at this rate it rang; more than {@code most} when it did not. */
    private static int reads(double rate, int goodBefore, int most, int seed) {
        Random random = new Random(seed);
        Alarm alarm = new Alarm(BUDGET, IN_VAIN);
        Evidence total = Evidence.NONE;
        for (int before = 0; before < goodBefore; before += LOOK) {
            total = total.plus(new Evidence(0, LOOK));
            assertThat(alarm.rings(total)).isFalse();
        }
        for (int reads = LOOK; reads <= most; reads += LOOK) {
            int bad = 0;
            for (int read = 0; read < LOOK; read++) {
                bad += random.nextDouble() < rate ? 1 : 0;
            }
            total = total.plus(new Evidence(bad, LOOK));
            if (alarm.rings(total)) {
                return reads;
            }
        }
        return most + LOOK;
    }
}
