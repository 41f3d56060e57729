package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Two H2 databases in files: closed between any two steps, written late, left behind by a killed process. */
final class H2FileTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int ENOUGH = 40;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @TempDir
    private Path folder;

    @BeforeEach
    void listen() {
        log.start();
        logger().addAppender(log);
    }

    @AfterEach
    void listenNoMore() {
        logger().detachAppender(log);
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(JdbcPreflight.class);
    }

    @Test
    void eachStepIsDoneByAProgramOfItsOwn() throws Exception {
        step(shop -> {
            shop.createTables();
            shop.databases.origin().run("insert into customer values (1, 'before')");
        });
        step(shop -> at(shop, Stage.OFF).insert(2));
        step(shop -> at(shop, Stage.OFF).migration.moveTo(Stage.DUAL_WRITE));
        step(shop -> at(shop, Stage.DUAL_WRITE).insert(3));
        step(shop -> assertThat(at(shop, Stage.DUAL_WRITE).migration.backfill().rows())
                .isEqualTo(3));
        step(shop -> assertThat(at(shop, Stage.DUAL_WRITE)
                        .migration
                        .verify(VerifyPolicy.REPORT)
                        .isClean())
                .isTrue());
        step(shop -> at(shop, Stage.DUAL_WRITE).migration.moveTo(Stage.SHADOW));
        step(shop -> at(shop, Stage.SHADOW).insert(4));
        step(shop -> at(shop, Stage.SHADOW).migration.moveTo(Stage.LIVE));
        step(shop -> at(shop, Stage.LIVE).insert(5));
        step(shop -> {
            assertThat(at(shop, Stage.LIVE).migration.awaitDrained(SOON)).isTrue();
            shop.migration.moveTo(Stage.SHADOW);
        });
        step(shop -> at(shop, Stage.SHADOW).insert(6));
        step(shop -> {
            assertThat(at(shop, Stage.SHADOW).migration.awaitDrained(SOON)).isTrue();
            shop.migration.moveTo(Stage.RAMP_DOWN);
        });
        step(shop -> {
            at(shop, Stage.RAMP_DOWN).migration.approve(Stage.COMPLETE, "this test");
            shop.migration.moveTo(Stage.COMPLETE);
        });
        step(shop -> {
            at(shop, Stage.COMPLETE).insert(7);
            assertThat(shop.ids(Side.TARGET)).containsExactly("1", "2", "3", "4", "5", "6", "7");
            assertThat(shop.ids(Side.ORIGIN)).containsExactly("1", "2", "3", "4", "5", "6");
        });
        assertThat(log.list).isEmpty();
    }

    @Test
    void aKilledProcessLosesNothingThatItAcknowledgedAndAnotherGoesOn() throws Exception {
        try (FileShop shop = FileShop.durable(folder)) {
            shop.createTables();
            shop.migration.start();
            shop.migration.moveTo(Stage.DUAL_WRITE);
            shop.migration.backfill();
        }
        List<String> acknowledged = new ArrayList<>();
        for (int round = 0; round < 2; round++) {
            acknowledged.addAll(killedWhileWriting(1 + round * 1_000_000L));
            try (FileShop shop = FileShop.durable(folder)) {
                assertThat(shop.ids(Side.ORIGIN)).containsAll(acknowledged);
                shop.migration.start();
                assertThat(shop.migration.stage()).isEqualTo(Stage.DUAL_WRITE);
                assertThat(shop.migration.awaitDrained(SOON)).isTrue();
                assertThat(shop.ids(Side.TARGET)).isEqualTo(shop.ids(Side.ORIGIN));
                assertThat(shop.migration.verify(VerifyPolicy.REPORT).isClean()).isTrue();
            }
        }
    }

    /** What a process was told to have written before it was killed in the middle of its work. */
    private List<String> killedWhileWriting(long first) throws Exception {
        Path said = folder.resolve("said by the one from " + first);
        Process writer = writer(first).redirectOutput(said.toFile()).start();
        await().atMost(SOON).until(() -> !writer.isAlive() || acknowledged(said).size() >= ENOUGH);
        writer.destroyForcibly();
        assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(acknowledged(said)).as("%s", Files.readString(said)).hasSizeGreaterThanOrEqualTo(ENOUGH);
        return acknowledged(said);
    }

    private ProcessBuilder writer(long first) {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FileShopWriter.class.getName(),
                        folder.toString(),
                        Long.toString(first))
                .redirectErrorStream(true);
    }

    /** Whole lines only: the last one may have been cut off by the killing. */
    private static List<String> acknowledged(Path said) throws IOException {
        Matcher lines = Pattern.compile("(?m)^acknowledged (\\d+)\\R").matcher(Files.readString(said));
        return lines.results().map(line -> line.group(1)).toList();
    }

    @Test
    void whileOneProgramHasTheFileOpenAnotherIsTold() throws Exception {
        try (FileShop shop = FileShop.durable(folder)) {
            shop.createTables();
            shop.migration.start();
            Process second = writer(1).start();
            String said = new String(second.getInputStream().readAllBytes());
            assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(second.exitValue()).isNotZero();
            assertThat(said).contains("cannot start").contains("ORIGIN").doesNotContain("acknowledged");
            assertThat(shop.ids(Side.ORIGIN)).isEmpty();
        }
    }

    @Test
    void anAuthorityThatIsWrittenLateIsWarnedOfAtTheStart() throws Exception {
        try (FileShop shop = new FileShop(folder, Sides.each(side -> ""))) {
            shop.createTables();
            shop.migration.start();
        }
        assertThat(warnings())
                .hasSize(1)
                .allMatch(warning ->
                        warning.contains("ORIGIN") && warning.contains("WRITE_DELAY=0") && warning.contains("500 ms"));
    }

    @Test
    void aCopyThatIsWrittenLateIsWarnedOfWhenItIsToBecomeTheAuthority() throws Exception {
        Sides<String> settings = new Sides<>(";WRITE_DELAY=0", "");
        try (FileShop shop = new FileShop(folder, settings)) {
            shop.createTables();
            shop.migration.start();
            shop.migration.moveTo(Stage.DUAL_WRITE);
            shop.migration.backfill();
            shop.migration.moveTo(Stage.SHADOW);
            assertThat(warnings()).isEmpty();
            shop.migration.verify(VerifyPolicy.REPORT);
            shop.migration.moveTo(Stage.LIVE);
            assertThat(warnings()).isNotEmpty().allMatch(warning -> warning.contains("TARGET"));
        }
        log.list.clear();
        try (FileShop shop = new FileShop(folder, settings)) {
            shop.migration.start();
        }
        assertThat(warnings()).hasSize(1).allMatch(warning -> warning.contains("TARGET"));
    }

    @Test
    void aFileThatIsNotThereIsNamedAndNotCreated() throws Exception {
        try (FileShop shop = new FileShop(folder, Sides.each(side -> ";IFEXISTS=TRUE"))) {
            assertThatThrownBy(shop.migration::start)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("ORIGIN");
        }
        assertThat(folder).isEmptyDirectory();
    }

    private interface Step {
        void on(FileShop shop) throws Exception;
    }

    private void step(Step step) throws Exception {
        try (FileShop shop = FileShop.durable(folder)) {
            step.on(shop);
        }
    }

    /** Started, and where the program before left it. */
    private static FileShop at(FileShop shop, Stage stage) {
        shop.migration.start();
        assertThat(shop.migration.stage()).isEqualTo(stage);
        return shop;
    }

    private List<String> warnings() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}
