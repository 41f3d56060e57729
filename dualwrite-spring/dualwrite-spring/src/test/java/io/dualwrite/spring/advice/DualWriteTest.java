package io.dualwrite.spring.advice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dualwrite.event.MigrationEvent.FellBack;
import io.dualwrite.event.MigrationEvent.MismatchConfirmed;
import io.dualwrite.event.MigrationEvent.ShadowCompared;
import io.dualwrite.fence.StageMovedException;
import io.dualwrite.jdbc.JdbcMigration;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.spring.DualWrite;
import io.dualwrite.spring.MigrationSetupException;
import io.dualwrite.spring.NoTransaction;
import io.dualwrite.spring.ParticipationSettings;
import io.dualwrite.spring.advice.AnnotatedShop.Databases;
import io.dualwrite.spring.advice.AnnotatedShop.Notes;
import io.dualwrite.spring.advice.AnnotatedShop.Order;
import io.dualwrite.spring.advice.AnnotatedShop.Reading;
import io.dualwrite.spring.advice.AnnotatedShop.Service;
import io.dualwrite.stage.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.Advised;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.interceptor.TransactionInterceptor;
import org.springframework.transaction.support.TransactionTemplate;

/** What @DualWrite adds to an application whose DataSource notices every change in any case. */
class DualWriteTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final AtomicLong ids = new AtomicLong();
    private static AnnotationConfigApplicationContext context;
    private static JdbcMigration migration;
    private static Databases databases;
    private static Service service;
    private static Reading reading;

    @BeforeAll
    static void start() throws Exception {
        context = new AnnotationConfigApplicationContext(AnnotatedShop.class);
        migration = context.getBean(JdbcMigration.class);
        databases = context.getBean(Databases.class);
        service = context.getBean(Service.class);
        reading = context.getBean(Reading.class);
        migration.moveTo(Stage.DUAL_WRITE);
        migration.backfill();
        migration.moveTo(Stage.SHADOW);
    }

    @AfterAll
    static void stop() {
        context.close();
        assertThat(migration.isStarted()).isFalse();
    }

    @Test
    void aCallWithoutATransactionIsOne() throws Exception {
        long id = ids.addAndGet(10);
        int before = databases.begun.get();

        service.placeTwo(id, null);

        assertThat(databases.begun.get() - before).isEqualTo(1);
        assertThat(migration.awaitDrained(PATIENCE)).isTrue();
        assertThat(onTarget(id)).isEqualTo("first");
        assertThat(onTarget(id + 1)).isEqualTo("second");
    }

    @Test
    void whateverItThrowsTakesAllOfItBack() {
        long id = ids.addAndGet(10);

        assertThatThrownBy(() -> service.placeTwo(id, new IllegalStateException("no")))
                .hasMessage("no");
        assertThatThrownBy(() -> service.placeTwo(id + 1, new IOException("checked")))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> context.getBean(Notes.class).add(-id)).isInstanceOf(IOException.class);

        assertThat(rows(id, id + 1, -id)).isZero();
    }

    @Test
    void aBeanMethodsAnnotationHoldsForABeanThatIsOnlySeenByItsInterface() throws Exception {
        long id = ids.addAndGet(10);
        int before = databases.begun.get();

        context.getBean(Notes.class).add(id);

        assertThat(databases.begun.get() - before).isEqualTo(1);
    }

    @Test
    void aTransactionUnderWhichTheAuthorityMovedIsRunAgain() {
        long id = ids.addAndGet(10);
        Service.calls.set(0);
        int before = databases.begun.get();

        assertThat(service.placeMoved(id, 2)).isEqualTo(3);

        assertThat(databases.begun.get() - before).isEqualTo(3);
        assertThat(rows(id)).isEqualTo(1);
    }

    @Test
    void insideOfATransactionItIsPartOfThatAndNotRunAgain() {
        long id = ids.addAndGet(10);
        Service.calls.set(0);
        TransactionTemplate outer = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));

        assertThatThrownBy(() -> outer.executeWithoutResult(status -> service.placeMoved(id, 1)))
                .hasRootCauseInstanceOf(StageMovedException.class);

        assertThat(Service.calls).hasValue(1);
        assertThat(rows(id)).isZero();
    }

    @Test
    void whatWasDeclaredToNeedNoTransactionGetsNone() {
        assertThat(service.isInTransaction()).isFalse();
    }

    @Test
    void noWriteFailsWhileTheAuthorityGoesThereAndBack() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        long first = ids.addAndGet(1_000_000);
        CompletableFuture<Long> writer = CompletableFuture.supplyAsync(() -> {
            long id = first;
            while (!over.get()) {
                service.place(id++, "under way");
            }
            return id - first;
        });
        verifyUntilClean();

        migration.moveTo(Stage.LIVE);
        migration.moveTo(Stage.SHADOW);
        over.set(true);

        long written = writer.join();
        assertThat(migration.awaitDrained(PATIENCE)).isTrue();
        assertThat(written).isPositive();
        for (JdbcTemplate side : List.of(new JdbcTemplate(databases.origin), new JdbcTemplate(databases.target))) {
            assertThat(side.queryForObject("select count(*) from orders where customer = 'under way'", Long.class))
                    .isEqualTo(written);
        }
        new JdbcTemplate(context.getBean(javax.sql.DataSource.class))
                .update("delete from orders where customer = 'under way'");
    }

    @Test
    void aReadIsRepeatedOnTheCopyAndWhatDiffersIsMended() throws Exception {
        long id = placed("Ada");
        databases.events.clear();

        await().atMost(PATIENCE).until(() -> {
            // Again, since whoever verifies what was transferred may be there before the read.
            spoil(id, "Eve");
            assertThat(reading.find(id)).contains(new Order(id, "Ada"));
            return databases.events.stream()
                    .anyMatch(event -> event instanceof ShadowCompared compared
                            && compared.operation().equals("find")
                            && !compared.equal());
        });

        await().atMost(PATIENCE).until(() -> databases.events.stream().anyMatch(MismatchConfirmed.class::isInstance));
        await().atMost(PATIENCE).until(() -> "Ada".equals(onTarget(id)));
    }

    @Test
    void aReadThatMayBeStaleIsAnsweredByTheCopyForAShareOfTheKeys() throws Exception {
        long id = placed("Ada");
        migration.rampTo(100);
        try {
            // As soon as the copy is known to be fresh enough.
            await().atMost(PATIENCE).until(() -> {
                spoil(id, "of the copy");
                return reading.look(id)
                        .map(Order::customer)
                        .filter("of the copy"::equals)
                        .isPresent();
            });
            assertThat(reading.peek(id)).contains(new Order(id, "Ada"));
        } finally {
            migration.rampTo(0);
        }
        assertThat(reading.look(id)).contains(new Order(id, "Ada"));
    }

    @Test
    void aReadThatFailsOnTheAuthorityIsAnsweredByTheCopy() throws Exception {
        long id = placed("Ada");
        databases.events.clear();

        // As soon as the copy is known to be fresh enough, which nobody can find out while the authority is down.
        await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            databases.originIsDown.set(true);
            try {
                return reading.find(id).equals(Optional.of(new Order(id, "Ada")));
            } finally {
                databases.originIsDown.set(false);
            }
        });

        assertThat(databases.events).anyMatch(FellBack.class::isInstance);
    }

    @Test
    void aReadThatWritesIsRefused() throws Exception {
        long id = placed("Ada");

        assertThatThrownBy(() -> reading.notARead(id)).hasStackTraceContaining("do not declare it with @Reads");

        assertThat(rows(id)).isEqualTo(1);
    }

    @Test
    void cachesAreAskedFirst() throws Exception {
        long id = placed("Ada");
        Reading.asked.set(0);

        assertThat(reading.cached(id)).isEqualTo(reading.cached(id));

        assertThat(Reading.asked).hasValue(1);
    }

    @Test
    void theAdviceIsRightOutsideOfTheTransaction() {
        List<Class<?>> advice = List.of(((Advised) service).getAdvisors()).stream()
                .<Class<?>>map(advisor -> advisor.getAdvice().getClass())
                .toList();

        assertThat(advice.indexOf(ParticipationAdvice.class))
                .isEqualTo(advice.indexOf(TransactionInterceptor.class) - 1);
    }

    @Test
    void aCallWithoutATransactionIsRefusedWhereThatWasAsked() {
        started(
                context -> context.registerBean(
                        ParticipationSettings.class,
                        () -> new ParticipationSettings(NoTransaction.REFUSE, Duration.ofSeconds(1), true, true)),
                context -> {
                    Service refusing = context.getBean(Service.class);

                    assertThatThrownBy(() -> refusing.place(1, "Ada"))
                            .isInstanceOf(IllegalTransactionStateException.class)
                            .hasMessageContaining("place")
                            .hasMessageContaining("@Transactional");
                    refusing.placeMoved(1, 0);
                });
    }

    @Test
    void anAnnotationThatCouldHaveNoEffectFailsTheStart() {
        refused(context -> context.registerBean("other", Other.class), "migration 'other'", "there are [shop]");
        refused(
                context -> context.registerBean(
                        ParticipationSettings.class, () -> ParticipationSettings.defaults(false, false)),
                "does not notice",
                "capture=true");
        refused(
                context -> context.registerBean(
                        ParticipationSettings.class, () -> ParticipationSettings.defaults(true, false)),
                "cannot reach the copy",
                "follow-authority=true");
        refused(context -> context.registerBean("sealed", Sealed.class), "final", "interface");
    }

    @DualWrite("other")
    static class Other {}

    @DualWrite("shop")
    static final class Sealed {}

    private static void refused(Consumer<AnnotationConfigApplicationContext> with, String what, String action) {
        assertThatThrownBy(() -> started(with, context -> {})).satisfies(thrown -> {
            Throwable at = thrown;
            while (!(at instanceof MigrationSetupException) && at.getCause() != null) {
                at = at.getCause();
            }
            assertThat(at)
                    .isInstanceOf(MigrationSetupException.class)
                    .hasMessageContaining(what)
                    .hasMessageContaining(action);
        });
    }

    private static void started(
            Consumer<AnnotationConfigApplicationContext> with, Consumer<AnnotationConfigApplicationContext> then) {
        try (AnnotationConfigApplicationContext own = new AnnotationConfigApplicationContext()) {
            own.register(AnnotatedShop.class);
            with.accept(own);
            own.refresh();
            then.accept(own);
        }
    }

    private static void verifyUntilClean() throws Exception {
        boolean clean = false;
        for (int passes = 0; passes < 10 && !clean; passes++) {
            clean = migration.verify(VerifyPolicy.REPAIR).isClean();
        }
        assertThat(clean).isTrue();
    }

    private static long placed(String customer) throws InterruptedException {
        long id = ids.addAndGet(10);
        service.place(id, customer);
        assertThat(migration.awaitDrained(PATIENCE)).isTrue();
        return id;
    }

    private static void spoil(long id, String customer) {
        new JdbcTemplate(databases.target).update("update orders set customer = ? where id = ?", customer, id);
    }

    private static String onTarget(long id) {
        return new JdbcTemplate(databases.target)
                .queryForObject("select customer from orders where id = ?", String.class, id);
    }

    private static long rows(long... asked) {
        long found = 0;
        for (long id : asked) {
            found += new JdbcTemplate(databases.origin)
                    .queryForObject("select count(*) from orders where id = ?", Long.class, id);
        }
        return found;
    }
}
