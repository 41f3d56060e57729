package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.dualwrite.Migration;
import io.dualwrite.command.DualwriteCommand;
import io.dualwrite.flag.StageSource;
import io.dualwrite.jdbc.BrokenDataSource.Break;
import io.dualwrite.jdbc.Shop.Customer;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.Store;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each command is a process of its own: a migration is declared, one command is carried out, and all is closed. */
@Timeout(120)
final class CommandTest {
    private static final String PERSONAL = "Ada of Ockham";

    private final Sides<TestDatabase> databases = new Sides<>(Engine.H2.create(), Engine.H2.create());
    private final BrokenDataSource origin =
            new BrokenDataSource(databases.origin().pool());
    private final BrokenDataSource target =
            new BrokenDataSource(databases.target().pool());
    private final List<String> everything = new ArrayList<>();
    private UnaryOperator<JdbcMigrationBuilder> declared = builder -> builder.attestedBy("this test");

    CommandTest() {
        new Shop(databases, List.of(Shop.ORDERS, Shop.CUSTOMERS)).withTables();
        databases.origin().run("insert into customer values (1, '" + PERSONAL + "'), (2, 'two'), (3, 'three')");
    }

    /** What one command said to programs, and its exit code. */
    private record Said(int exit, Properties facts) {
        String of(String key) {
            return facts.getProperty(key);
        }

        List<String> reasons() {
            List<String> reasons = new ArrayList<>();
            for (int at = 1; at <= Integer.parseInt(facts.getProperty("reasons", "0")); at++) {
                reasons.add(of("reason." + at));
            }
            return reasons;
        }
    }

    @AfterEach
    void nothingOfRecordsIsSaidAndNoConnectionKept() {
        Thread.interrupted();
        assertThat(everything).noneMatch(said -> said.contains(PERSONAL));
        assertThat(origin.out()).isZero();
        assertThat(target.out()).isZero();
    }

    @Test
    void whatTheDatabasesCannotSumUpIsRefusedAndNothingElseMixedWithIt() {
        program(0, "move", "dualwrite");
        program(0, "backfill");
        Said refused = program(1, "verify", "--in-databases");
        assertThat(refused.of("summed")).isEqualTo("true");
        assertThat(refused.reasons())
                .singleElement()
                .asString()
                .contains("customer has a mapping", "orders has a mapping");
        for (String part : List.of("--sample", "--recent")) {
            assertThat(program(2, "verify", "--in-databases", part, "1").of("error"))
                    .contains("--in-databases is for everything or a range");
        }
    }

    @Test
    void aWholeMigrationIsMadeByCommandsAlone() {
        assertThat(program(0, "preflight").facts()).contains(entry("reasons", "0"), entry("outcome", "done"));
        assertThat(program(0, "status").facts())
                .contains(
                        entry("migration", "shop"),
                        entry("command", "status"),
                        entry("stage", "OFF"),
                        entry("authority", "ORIGIN"),
                        entry("generation", "0"),
                        entry("backfill", "no"),
                        entry("verification", "no"),
                        entry("origin.role", "AUTHORITY"),
                        entry("target.role", "COPY"),
                        entry("target.handover", "0"),
                        entry("exit", "0"));
        assertThat(program(0, "move", "dualwrite").of("stage")).isEqualTo("DUAL_WRITE");
        assertThat(program(0, "backfill").of("records")).isEqualTo("3");
        assertThat(program(0, "backfill").of("records")).as("it is done").isEqualTo("3");
        assertThat(program(0, "repair").facts())
                .contains(
                        entry("origin.records", "3"),
                        entry("target.records", "3"),
                        entry("complete", "true"),
                        entry("confirmed", "0"),
                        entry("repaired", "0"),
                        entry("pass", "1"),
                        entry("differences", "0"),
                        entry("progress.job", "verification"));
        assertThat(program(0, "flip", "--dry-run").of("reasons")).isEqualTo("0");
        assertThat(program(0, "status").facts())
                .contains(entry("stage", "DUAL_WRITE"), entry("backfill", "yes"), entry("verification", "yes"));
        assertThat(program(0, "flip").of("stage")).isEqualTo("LIVE");
        assertThat(program(0, "flip").of("stage")).as("nothing to do").isEqualTo("LIVE");
        assertThat(program(0, "status").facts())
                .contains(
                        entry("authority", "TARGET"),
                        entry("origin.role", "COPY"),
                        entry("origin.handover", "1"),
                        entry("target.lost", "false"));
        assertThat(program(0, "verify").of("confirmed")).isEqualTo("0");
        assertThat(program(0, "rollback").of("stage")).isEqualTo("SHADOW");
        assertThat(program(0, "rollback").of("stage")).as("nothing to do").isEqualTo("SHADOW");
        program(0, "flip");
        assertThat(program(0, "move", "rampdown").of("stage")).isEqualTo("RAMP_DOWN");
        assertThat(program(1, "move", "complete").reasons())
                .singleElement()
                .asString()
                .contains("approval");
        assertThat(program(0, "move", "complete", "--by", "the owner").of("stage"))
                .isEqualTo("COMPLETE");
        assertThat(program(1, "rollback").reasons()).anyMatch(reason -> reason.contains("no way back"));
        assertThat(program(1, "verify").reasons()).anyMatch(reason -> reason.contains("COMPLETE"));
        assertThat(databases.target().rows("select id, full_name from customers order by id"))
                .containsExactly("1," + PERSONAL, "2,two", "3,three");
    }

    @Test
    void peopleAreToldTheSameInText() {
        atDualWrite();
        assertThat(text(0, "status"))
                .contains("shop: DUAL_WRITE, authority ORIGIN, generation 1")
                .contains("ORIGIN: AUTHORITY at handover 0; no open intents; 0 to recheck")
                .contains("TARGET: COPY at handover 0; no open intents; 0 to recheck")
                .contains("backfill complete: no; verification clean: no");
        assertThat(text(0, "backfill"))
                .contains("backfill customer: 100 %, 3 records, ")
                .contains("backfill complete: 3 records, this run took ");
        assertThat(text(0, "backfill", "--progress", "none")).doesNotContain("backfill customer");
        assertThat(text(1, "flip")).contains("refused:").contains("- no clean verification");
    }

    @Test
    void aDryRunOfTheBackfillTellsWhatItWouldDoAndWritesNothing() {
        Said before = program(1, "backfill", "--dry-run");
        assertThat(before.reasons()).singleElement().asString().contains("the stage is OFF");
        atDualWrite();
        assertThat(program(0, "backfill", "--dry-run").facts())
                .contains(
                        entry("types", "2"),
                        entry("type.1.name", "customer"),
                        entry("type.1.estimate", "3"),
                        entry("type.1.estimate.target", "0"),
                        entry("type.1.done", "0"),
                        entry("type.1.ended", "false"),
                        entry("type.2.name", "orders"),
                        entry("waiting", ""),
                        entry("reasons", "0"))
                .containsKeys("chunk.first", "chunk.largest", "chunk.ms");
        assertThat(databases.target().count("customers")).isZero();
        assertThat(program(0, "status").of("backfill")).isEqualTo("no");
        program(0, "backfill");
        assertThat(text(0, "backfill", "--dry-run"))
                .contains("customer: about 3 records, about 3 on the target, 3 brought over, all of them")
                .contains("in chunks of ")
                .contains("nothing stands against it");
    }

    @Test
    void differencesAreCountedByKindAndField() {
        readyToFlip();
        databases.target().run("update customers set full_name = '" + PERSONAL + "?' where id in (2, 3)");
        databases.target().run("delete from customers where id = 1");
        databases.target().run("insert into customers (id, full_name) values (9, '" + PERSONAL + "')");
        assertThat(program(1, "verify").facts())
                .contains(
                        entry("scope", "everything"),
                        entry("confirmed", "4"),
                        entry("missing", "1"),
                        entry("extra", "1"),
                        entry("different", "2"),
                        entry("fields", "1"),
                        entry("field.1.name", "customer.name"),
                        entry("field.1.records", "2"))
                .containsKey("rate")
                .doesNotContainKey("stopped");
        assertThat(text(1, "verify"))
                .contains("by kind: 1 MISSING, 1 EXTRA, 2 DIFFERENT")
                .contains("by field: 2 customer.name");
    }

    @Test
    void aVerificationStopsWhereItIsAskedTo() {
        readyToFlip();
        databases.target().run("update customers set full_name = 'x'");
        Said stopped = program(1, "verify", "--stop", "2");
        assertThat(stopped.facts()).contains(entry("confirmed", "2"), entry("complete", "false"));
        assertThat(stopped.of("stopped")).isEqualTo(Shop.CUSTOMERS.id(2L).toString());
        assertThat(text(1, "verify", "--stop", "1")).contains("stopped at " + Shop.CUSTOMERS.id(1L));
        assertThat(databases.target().rows("select full_name from customers")).containsOnly("x");
    }

    @Test
    void aPartIsLookedAtAndNothingElse() {
        readyToFlip();
        databases.target().run("update customers set full_name = 'x' where id = 3");
        assertThat(program(0, "verify", "--type", "customer", "--to", "2").facts())
                .contains(entry("scope", "range"), entry("origin.records", "2"), entry("outcome", "done"));
        assertThat(program(0, "status").of("verification"))
                .as("what was clean stays so")
                .isEqualTo("yes");
        assertThat(program(1, "verify", "--type", "customer", "--from", "007", "--to", "3")
                        .of("different"))
                .as("in any spelling and order")
                .isEqualTo("1");
        assertThat(program(0, "verify", "--type", "orders").of("origin.records"))
                .isEqualTo("0");
        assertThat(program(1, "verify", "--sample", "1", "--seed", "5").facts())
                .contains(entry("scope", "sample"), entry("seed", "5"), entry("different", "1"));
        assertThat(program(1, "repair", "--type", "customer", "--from", "3", "--passes", "1")
                        .of("repaired"))
                .isEqualTo("1");
        assertThat(program(0, "repair", "--type", "customer", "--from", "3").of("confirmed"))
                .isEqualTo("0");
        assertThat(program(0, "status").of("verification")).isEqualTo("no");
        assertThat(text(0, "verify", "--sample", "0.5")).contains("only a sample; --seed ");
        assertThat(program(0, "verify", "--recent", "10").of("scope")).isEqualTo("recent");
    }

    @Test
    void aRangeThatIsNoneIsBadUsage() {
        readyToFlip();
        assertThat(program(2, "verify", "--type", "things").of("error"))
                .contains("there are")
                .contains("customer");
        assertThat(program(2, "verify", "--type", "customer", "--from", PERSONAL)
                        .facts())
                .contains(entry("outcome", "usage"));
    }

    @Test
    void whatIsOpenIsCounted() throws Exception {
        atDualWrite();
        try (JdbcMigration application = migration()) {
            application.refresh();
            Customers customers = Customers.of(application);
            customers.save(new Customer(4, "four"));
            customers.deleteById(1);
        }
        assertThat(program(0, "status").facts())
                .contains(
                        entry("origin.open", "2"),
                        entry("origin.quarantined", "0"),
                        entry("origin.ranges", "0"),
                        entry("origin.recheck", "0"),
                        entry("target.open", "0"),
                        entry("target.recheck", "0"))
                .containsKey("origin.oldest.ms");
        assertThat(text(0, "status")).contains("2 open intents, 0 quarantined, the oldest for ");

        assertThat(program(0, "backfill").of("records")).isEqualTo("3");
        program(0, "repair");
        program(0, "flip", "--wait", "30");
        assertThat(databases.target().rows("select id, full_name from customers order by id"))
                .containsExactly("2,two", "3,three", "4,four");
    }

    @Test
    void everyReasonAgainstAFlipIsToldAndNoStepMade() {
        assertThat(program(1, "flip").reasons()).singleElement().asString().contains("the stage is OFF");
        atDualWrite();
        for (String[] command : List.of(new String[] {"flip"}, new String[] {"flip", "--dry-run"})) {
            Said refused = program(1, command);
            assertThat(refused.of("outcome")).isEqualTo("refused");
            assertThat(refused.reasons())
                    .hasSize(2)
                    .anyMatch(reason -> reason.contains("backfill of this generation is not complete"))
                    .anyMatch(reason -> reason.contains("no clean verification"));
        }
        assertThat(program(0, "status").of("stage")).isEqualTo("DUAL_WRITE");
    }

    @Test
    void aFlagThatAsksForSomethingElseIsAReason() {
        readyToFlip();
        declared = builder -> builder.stage(StageSource.constant(Stage.DUAL_WRITE));
        assertThat(program(1, "flip").reasons())
                .singleElement()
                .asString()
                .contains("the stage flag asks for dualwrite")
                .contains("set the flag to live");
        declared = builder -> builder.stage(StageSource.constant(Stage.LIVE));
        program(0, "flip");
        assertThat(program(1, "rollback").reasons()).singleElement().asString().contains("asks for live");
        assertThat(program(1, "move", "rampdown").reasons())
                .singleElement()
                .asString()
                .contains("set the flag to rampdown");
        assertThat(program(0, "status").of("stage")).isEqualTo("LIVE");
    }

    @Test
    void aRefusedFlipIsTriedAgainForAsLongAsItMayWait() {
        atDualWrite();
        program(0, "backfill");
        try (JdbcMigration application = migration()) {
            application.refresh();
            ByteArrayOutputStream said = new ByteArrayOutputStream() {
                @Override
                public void write(byte[] bytes, int from, int count) {
                    super.write(bytes, from, count);
                    if (new String(bytes, from, count, StandardCharsets.UTF_8).contains("no clean verification")) {
                        verify(application);
                    }
                }
            };
            int exit = run(said, "flip", "--wait", "60");
            assertThat(said.toString(StandardCharsets.UTF_8))
                    .contains("waiting, since it is refused:")
                    .contains("LIVE: the target has the authority");
            assertThat(exit).isZero();
        }
    }

    private static void verify(Migration migration) {
        try {
            assertThat(migration.verify(VerifyPolicy.REPAIR).isClean()).isTrue();
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void preflightTellsEverythingAtOnce() {
        databases.target().run("insert into customers (id, full_name) values (7, '" + PERSONAL + "')");
        databases.target().run("drop table orders_v2");
        declared = UnaryOperator.identity();
        Said said = program(1, "preflight");
        assertThat(said.reasons())
                .doesNotHaveDuplicates()
                .anyMatch(reason -> reason.contains("attestedBy"))
                .anyMatch(reason -> reason.contains("orders_v2"))
                .anyMatch(reason -> reason.contains("has rows already"));
        assertThat(program(1, "preflight", "--by", "the owner").reasons())
                .noneMatch(reason -> reason.contains("attestedBy"))
                .anyMatch(reason -> reason.contains("has rows already"));
        assertThat(databases.target().count("customers")).isEqualTo(1);
    }

    @Test
    void theFirstStepMayBeAnsweredForOnTheCommandLine() {
        declared = UnaryOperator.identity();
        assertThat(program(1, "move", "dualwrite").reasons())
                .singleElement()
                .asString()
                .contains("attestedBy");
        assertThat(program(0, "move", "dualwrite", "--by", "the owner").of("stage"))
                .isEqualTo("DUAL_WRITE");
    }

    @Test
    void differencesAreListedWithoutContentsAndThenRepaired() {
        readyToFlip();
        databases
                .target()
                .run(
                        "update customers set full_name = 'spoilt' where id = 1",
                        "delete from customers where id = 2",
                        "insert into customers (id, full_name) values (9, 'extra')");
        Said found = program(1, "verify");
        assertThat(found.facts())
                .contains(entry("outcome", "different"), entry("confirmed", "3"), entry("repaired", "0"))
                .contains(entry("differences", "3"));
        List<String> kinds = new ArrayList<>();
        for (int at = 1; at <= 3; at++) {
            kinds.add(found.of("difference." + at + ".kind") + found.of("difference." + at + ".fields"));
            assertThat(found.of("difference." + at + ".record")).matches("customer#[0-9a-f]{8}");
        }
        assertThat(kinds).hasSize(3).anyMatch(kind -> kind.startsWith("DIFFERENT") && kind.contains("name"));
        assertThat(kinds).contains("MISSING", "EXTRA");
        assertThat(program(1, "verify", "--most", "1").of("differences")).isEqualTo("1");
        assertThat(program(1, "flip").reasons()).anyMatch(reason -> reason.contains("no clean verification"));

        assertThat(program(1, "repair", "--passes", "1").of("repaired")).isEqualTo("3");
        assertThat(text(0, "repair")).contains("0 differ, 0 repaired");
        program(0, "flip");
    }

    @Test
    void whileTheTargetIsUnreachableStatusTellsTheRestAndEverythingElseSaysSo() {
        atDualWrite();
        target.now(Break.CONNECT);
        Said status = program(3, "status");
        assertThat(status.facts())
                .contains(
                        entry("outcome", "unreachable"),
                        entry("stage", "DUAL_WRITE"),
                        entry("authority", "ORIGIN"),
                        entry("origin.reached", "true"),
                        entry("origin.open", "0"),
                        entry("target.reached", "false"),
                        entry("backfill", "unknown"),
                        entry("verification", "unknown"))
                .doesNotContainKey("target.role");
        assertThat(status.of("target.trouble")).contains("TARGET");
        for (String command : List.of("preflight", "backfill", "verify", "repair", "flip", "move live")) {
            Said said = program(3, command.split(" "));
            assertThat(said.of("outcome")).as(command).isEqualTo("unreachable");
            assertThat(said.reasons()).as(command).anyMatch(reason -> reason.contains("TARGET"));
        }
        target.now(Break.NEVER);
        program(0, "backfill");
    }

    @Test
    void whileTheOriginIsUnreachableNothingIsTakenForGranted() {
        atDualWrite();
        origin.now(Break.CONNECT);
        assertThat(program(3, "status").facts())
                .contains(
                        entry("stage", "UNKNOWN"),
                        entry("authority", "NONE"),
                        entry("origin.reached", "false"),
                        entry("target.role", "COPY"));
        for (String command : List.of("preflight", "backfill", "verify", "repair", "flip", "rollback", "readopt")) {
            assertThat(program(3, command).of("outcome")).as(command).isEqualTo("unreachable");
        }
    }

    @Test
    void whileBothAreUnreachableItIsSaidOfBoth() {
        origin.now(Break.CONNECT);
        target.now(Break.CONNECT);
        assertThat(program(3, "status").facts())
                .contains(entry("origin.reached", "false"), entry("target.reached", "false"));
        assertThat(program(3, "backfill").reasons())
                .anyMatch(reason -> reason.contains("ORIGIN"))
                .anyMatch(reason -> reason.contains("TARGET"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fly", "flip --until monday", "move", "move upwards", "rollback --force"})
    void badUsageTouchesNothingAndTellsTheUsage(String line) throws IOException {
        String[] args = line.isEmpty() ? new String[0] : line.split(" ");
        assertThat(text(2, args)).contains("usage:").contains("rollback").contains("exit codes:");
        String[] forPrograms = (line + " --machine").strip().split(" ");
        Said said = said(run(forPrograms), 2);
        assertThat(said.facts()).contains(entry("outcome", "usage")).containsKey("error");
        assertThat(origin.asked()).isZero();
        assertThat(target.asked()).isZero();
    }

    @Test
    void helpTouchesNothingEither() {
        assertThat(text(0, "help")).contains("usage:").contains("backfill").contains("--machine");
        assertThat(origin.asked()).isZero();
    }

    @Test
    void aBackfillThatIsInterruptedGoesOnWhereItWas() {
        for (int id = 4; id <= 1_000; id++) {
            databases.origin().run("insert into customer values (" + id + ", 'one of many')");
        }
        atDualWrite();
        Thread here = Thread.currentThread();
        AtomicInteger rows = new AtomicInteger();
        Table<Customer, Long> interrupting = Jdbc.table("customer", Customer.class, Long.class)
                .key(Customer::id)
                .keyColumns("id")
                .to("customers")
                .mapping(
                        row -> {
                            if (rows.incrementAndGet() == 300) {
                                here.interrupt();
                            }
                            return row.rename("name", "full_name");
                        },
                        row -> row.rename("full_name", "name").without("rating"));
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int exit;
        try (JdbcMigration migration = Jdbc.migration("shop", origin, target)
                .records(interrupting)
                .createTables(true)
                .build()) {
            exit = DualwriteCommand.run(migration, stream(said), "backfill", "--machine");
            assertThat(Thread.interrupted()).as("the flag is set").isTrue();
        }
        Said stopped = said(said.toString(StandardCharsets.UTF_8), exit);
        assertThat(exit).isEqualTo(3);
        assertThat(stopped.of("outcome")).isEqualTo("interrupted");
        assertThat(stopped.of("error")).contains("run it again to go on");
        assertThat(databases.target().count("customers")).isBetween(1L, 999L);

        program(0, "backfill");
        assertThat(databases.target().count("customers")).isEqualTo(1_000);
        program(0, "repair");
    }

    @Test
    void aProcessThatIsToldToStopEndsItsCommandInGoodOrder() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StoppedCommand.class.getName())
                .redirectErrorStream(true)
                .start();
        try (var lines = process.inputReader()) {
            List<String> said = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(line);
                if (line.equals(StoppedCommand.IN_THE_MIDDLE)) {
                    // Not the process itself: that would close what it still has to say.
                    process.toHandle().destroy();
                }
            }
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(said).as("%s", said).contains("outcome=interrupted", "exit=3");
            assertThat(process.exitValue()).isEqualTo(143);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aTargetThatIsLostWithTheAuthorityIsGivenUpAndTakenBack() throws Exception {
        readyToFlip();
        program(0, "flip");
        try (JdbcMigration application = migration()) {
            application.refresh();
            Customers.of(application).save(new Customer(4, "on the target only"));
        }
        assertThat(program(1, "rollback", "--force", "--by", "the owner").reasons())
                .singleElement()
                .asString()
                .contains("can be reached");
        target.now(Break.CONNECT);
        assertThat(program(3, "rollback").of("outcome")).isEqualTo("unreachable");
        assertThat(program(0, "rollback", "--force", "--dry-run").of("possible.loss"))
                .contains("may lose every write");
        assertThat(program(3, "status").of("stage"))
                .as("a dry run changes nothing")
                .isEqualTo("UNKNOWN");
        Said forced = program(0, "rollback", "--force", "--by", "the owner");
        assertThat(forced.of("stage")).isEqualTo("DUAL_WRITE");
        assertThat(forced.of("possible.loss")).contains("may lose every write");

        assertThat(program(3, "unreconciled").of("outcome")).isEqualTo("unreachable");
        target.now(Break.NEVER);
        Said lost = program(1, "unreconciled");
        assertThat(lost.of("unreconciled")).isEqualTo("1");
        assertThat(lost.of("unreconciled.1.record")).matches("customer#[0-9a-f]{8}");
        assertThat(lost.of("unreconciled.1.age.ms")).matches("\\d+");
        assertThat(text(0, "status")).contains("CLOSED at handover 1, lost; 1 open intents");
        assertThat(program(1, "readopt").reasons()).singleElement().asString().contains("reconcile them first");
        try (JdbcMigration application = migration()) {
            application.refresh();
            application.takeFromLost(List.of(Shop.CUSTOMERS.id(4L)));
        }
        assertThat(program(0, "unreconciled").of("unreconciled")).isEqualTo("0");
        assertThat(program(0, "readopt").of("stage")).isEqualTo("DUAL_WRITE");
        assertThat(program(1, "readopt").reasons()).singleElement().asString().contains("no side that was lost");
        assertThat(program(1, "unreconciled").reasons())
                .singleElement()
                .asString()
                .contains("was lost");
        program(0, "backfill");
        program(0, "repair");
        program(0, "flip", "--wait", "30");
        assertThat(databases.target().count("customers")).isEqualTo(4);
    }

    @Test
    void storesThatCannotListHaveNoLongJobsAndTheirSwitchIsAnsweredFor() {
        Sides<Map<Long, Customer>> maps = Sides.each(side -> new ConcurrentHashMap<>());
        TestDatabase journal = Engine.H2.create();
        for (String command : List.of("move dualwrite", "status")) {
            stores(maps, journal, 0, command.split(" "));
        }
        for (String command : List.of("backfill", "verify", "repair")) {
            assertThat(stores(maps, journal, 1, command).reasons())
                    .singleElement()
                    .asString()
                    .contains("cannot list their records");
        }
        assertThat(stores(maps, journal, 0, "status").facts())
                .contains(entry("backfill", "none"), entry("verification", "none"));
        assertThat(stores(maps, journal, 1, "flip").reasons())
                .singleElement()
                .asString()
                .contains("approve(LIVE");
        assertThat(stores(maps, journal, 0, "flip", "--by", "the owner").of("stage"))
                .isEqualTo("LIVE");
        assertThat(stores(maps, journal, 1, "unreconciled").reasons())
                .singleElement()
                .asString()
                .contains("cannot tell what a lost target has accepted");
        stores(maps, journal, 0, "rollback", "--by", "the owner");
    }

    private Said stores(Sides<Map<Long, Customer>> maps, TestDatabase journal, int exit, String... args) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (StoresMigration<Customer, Long> migration = Jdbc.stores(
                        "customers", Customer.class, Long.class, journal.pool())
                .between(store(maps.origin()), store(maps.target()))
                .key(Customer::id)
                .callsEndWithin(Duration.ofMillis(100))
                .grace(Duration.ofMillis(300))
                .createTables(true)
                .attestedBy("this test")
                .build()) {
            int actual = DualwriteCommand.run(migration, stream(said), withMachine(args));
            return checked(said(said.toString(StandardCharsets.UTF_8), actual), exit, args);
        }
    }

    private static Store<Customer, Long> store(Map<Long, Customer> map) {
        return Store.of(map::get, customer -> map.put(customer.id(), customer), map::remove);
    }

    private void atDualWrite() {
        program(0, "move", "dualwrite");
    }

    private void readyToFlip() {
        atDualWrite();
        program(0, "backfill");
        program(0, "repair");
    }

    private JdbcMigration migration() {
        return declared.apply(Jdbc.migration("shop", origin, target)
                        .records(Shop.ORDERS, Shop.CUSTOMERS)
                        .createTables(true))
                .build();
    }

    private Said program(int exit, String... args) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int actual = run(said, withMachine(args));
        return checked(said(said.toString(StandardCharsets.UTF_8), actual), exit, args);
    }

    private static Said checked(Said said, int exit, String... args) {
        assertThat(said.exit()).as("%s: %s", List.of(args), said.facts()).isEqualTo(exit);
        assertThat(said.of("exit")).isEqualTo(Integer.toString(exit));
        return said;
    }

    private String text(int exit, String... args) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int actual = run(said, args);
        String text = said.toString(StandardCharsets.UTF_8);
        assertThat(actual).as(text).isEqualTo(exit);
        return text;
    }

    private String run(String... args) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        run(said, args);
        return said.toString(StandardCharsets.UTF_8);
    }

    private int run(ByteArrayOutputStream said, String... args) {
        try (JdbcMigration migration = migration()) {
            return DualwriteCommand.run(migration, stream(said), args);
        } finally {
            everything.add(said.toString(StandardCharsets.UTF_8));
        }
    }

    private static String[] withMachine(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.add("--machine");
        return all.toArray(String[]::new);
    }

    private static Said said(String text, int exit) {
        Properties facts = new Properties();
        try {
            facts.load(new StringReader(text));
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        return new Said(exit, facts);
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
