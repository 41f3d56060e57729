package io.dualwrite.control.incident;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.control.incident.Runbook.Action;
import io.dualwrite.control.incident.Runbook.Done;
import io.dualwrite.control.incident.Runbook.Question;
import io.dualwrite.control.incident.Runbook.Step;
import io.dualwrite.control.ramp.RampPhase;
import io.dualwrite.event.Fault;
import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.AuthorityForced;
import io.dualwrite.event.MigrationEvent.BacklogMeasured;
import io.dualwrite.event.MigrationEvent.BreakerMoved;
import io.dualwrite.event.MigrationEvent.FlagFailed;
import io.dualwrite.event.MigrationEvent.HandoverStuck;
import io.dualwrite.event.MigrationEvent.MismatchConfirmed;
import io.dualwrite.event.MigrationEvent.ServerChanged;
import io.dualwrite.event.MigrationEvent.VerificationMeasured;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MigrationRulesTest {
    private static final Fault FAULT = new Fault("SQLException[08001]");
    private static final List<IncidentRule> RULES = MigrationRules.all(Objectives.defaults());

    private final Times times = new Times();
    private final FactBook book = new FactBook(times);

    private static MigrationEvent mismatch() {
        return new MismatchConfirmed(new RecordId("item", "1"), "DIFFERENT", List.of("text"));
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of(mismatch(), Stage.LIVE, RampPhase.OFF, "divergence-after-cutover"),
                Arguments.of(mismatch(), Stage.SHADOW, RampPhase.OFF, "mismatch-confirmed"),
                Arguments.of(
                        new AuthorityForced(Side.TARGET, 2, "ann"),
                        Stage.DUAL_WRITE,
                        RampPhase.OFF,
                        "authority-forced"),
                Arguments.of(new HandoverStuck(Side.TARGET, 1, FAULT), Stage.FROZEN, RampPhase.OFF, "handover-stuck"),
                Arguments.of(new ServerChanged(Side.TARGET, "other"), Stage.SHADOW, RampPhase.OFF, "server-changed"),
                Arguments.of(new FlagFailed(FAULT), Stage.SHADOW, RampPhase.OFF, "flag-failing"),
                Arguments.of(
                        new BacklogMeasured(9, 0, Duration.ofMinutes(6)), Stage.SHADOW, RampPhase.OFF, "backlog-old"),
                Arguments.of(new BacklogMeasured(0, 1, Duration.ZERO), Stage.SHADOW, RampPhase.OFF, "quarantined"),
                Arguments.of(
                        new VerificationMeasured(Duration.ofDays(2)),
                        Stage.SHADOW,
                        RampPhase.OFF,
                        "verification-behind"),
                Arguments.of(new BreakerMoved("CLOSED"), Stage.SHADOW, RampPhase.ROLLED_BACK, "ramp-rolled-back"),
                Arguments.of(new BreakerMoved("CLOSED"), Stage.SHADOW, RampPhase.HELD, "ramp-held"));
    }

    private List<String> holding(Stage stage, RampPhase ramp) {
        Facts facts = book.facts(stage, ramp);
        return RULES.stream()
                .filter(rule -> rule.holds().test(facts))
                .map(IncidentRule::name)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void eachFaultMakesItsRuleHoldAndNoOther(MigrationEvent event, Stage stage, RampPhase ramp, String rule) {
        assertThat(holding(stage, RampPhase.OFF)).isEmpty();
        book.on(event);
        assertThat(holding(stage, ramp)).containsExactly(rule);
    }

    @Test
    void aBreakerHasToBeOpenForTwoMinutes() {
        book.on(new BreakerMoved("OPEN"));
        times.later(Duration.ofMinutes(1));
        book.on(new BreakerMoved("HALF_OPEN"));
        book.on(new BreakerMoved("OPEN"));
        assertThat(holding(Stage.SHADOW, RampPhase.OFF)).isEmpty();
        times.later(Duration.ofSeconds(61));
        assertThat(holding(Stage.SHADOW, RampPhase.OFF)).containsExactly("breaker-open");
        book.on(new BreakerMoved("CLOSED"));
        assertThat(holding(Stage.SHADOW, RampPhase.OFF)).isEmpty();
    }

    @Test
    void whatHappenedOnceHoldsForTenMinutes() {
        book.on(mismatch());
        times.later(Duration.ofMinutes(10));
        assertThat(holding(Stage.LIVE, RampPhase.OFF)).hasSize(1);
        times.later(Duration.ofSeconds(1));
        assertThat(holding(Stage.LIVE, RampPhase.OFF)).isEmpty();
    }

    @Test
    void whatIsOverdueHoldsUntilItIsNot() {
        book.overdue(1);
        assertThat(holding(Stage.SHADOW, RampPhase.OFF)).containsExactly("review-overdue");
        book.overdue(0);
        assertThat(holding(Stage.SHADOW, RampPhase.OFF)).isEmpty();
    }

    @Test
    void everyRuleIsTriedHere() {
        Set<String> tried = new TreeSet<>(List.of("breaker-open", "review-overdue", MigrationRules.JOURNAL_UNWRITABLE));
        faults().forEach(fault -> tried.add((String) fault.get()[3]));
        assertThat(RULES.stream().map(IncidentRule::name)).containsExactlyInAnyOrderElementsOf(tried);
        assertThat(MigrationRules.components())
                .containsExactlyInAnyOrderElementsOf(new TreeSet<>(
                        RULES.stream().map(IncidentRule::component).toList()));
    }

    @Test
    void everyRunbookLeadsEverywhereToSomethingToDoAndToAnEnd() {
        assertThat(RULES).allSatisfy(rule -> {
            assertThat(rule.runbook().looks()).isNotEmpty();
            assertThat(leads(rule.runbook().first(), false)).as(rule.name()).isTrue();
            assertThat(rule.runbook().markdown())
                    .startsWith("# " + rule.runbook().title() + "\n")
                    .contains("Done when: ");
        });
    }

    private static boolean leads(Step step, boolean done) {
        if (step instanceof Question question) {
            return leads(question.yes(), done) && leads(question.no(), done);
        }
        return step instanceof Action action ? leads(action.next(), true) : done && step instanceof Done;
    }

    @Test
    void whatTheFactsAnswerIsAnsweredBeforeAnybodyIsPaged() {
        Runbook runbook = RULES.stream()
                .filter(rule -> rule.name().equals("backlog-old"))
                .findFirst()
                .orElseThrow()
                .runbook();
        assertThat(runbook.walk(book.facts(Stage.SHADOW, RampPhase.OFF)).told())
                .isEqualTo("2 of 3 answered; next: Is a node with a relay running?");
        book.on(new BacklogMeasured(9, 3, Duration.ofHours(1)));
        assertThat(runbook.walk(book.facts(Stage.SHADOW, RampPhase.OFF)))
                .satisfies(walk -> assertThat(walk.answered())
                        .containsExactly("Is the breaker around the copy open? No.", "Are records quarantined? Yes."))
                .satisfies(walk ->
                        assertThat(walk.told()).isEqualTo("2 of 2 answered; next: See the runbook of quarantined."));
        book.on(new BreakerMoved("OPEN"));
        times.later(Duration.ofSeconds(1));
        assertThat(runbook.walk(book.facts(Stage.SHADOW, RampPhase.OFF)).answered())
                .hasSize(1);
    }

    @Test
    void aRunbookIsRenderedAsATree() {
        Runbook runbook = new Runbook(
                "Slow",
                List.of("status"),
                Runbook.asks(
                        "Is it open?",
                        facts -> true,
                        Runbook.asksPerson("Is it up?", Runbook.does("fast"), Runbook.does("fast", "Start it.")),
                        Runbook.does("fast", "Wait.", "Look again.")));
        assertThat(runbook.markdown()).isEqualTo("""
                        # Slow

                        Look at:
                        - `status`

                        - **Is it open?** (answered by itself)
                          - Yes:
                            - **Is it up?**
                              - Yes:
                                - Done when: fast
                              - No:
                                - Start it.
                                - Done when: fast
                          - No:
                            - Wait.
                            - Look again.
                            - Done when: fast
                        """);
    }
}
