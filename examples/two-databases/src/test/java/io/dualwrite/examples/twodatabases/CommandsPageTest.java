package io.dualwrite.examples.twodatabases;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.command.DualwriteCommand;
import io.dualwrite.jdbc.JdbcMigration;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Holds the page about the command line to the code: what it shows is typed here, and must be answered like that. */
class CommandsPageTest {
    private static final Path ROOT = Path.of("..", "..");
    private static final String PROMPT = "$ shop ";
    private static final String SQL = "$ sql ";

    private final JdbcConnectionPool legacy =
            JdbcConnectionPool.create("jdbc:h2:mem:page-legacy;DB_CLOSE_DELAY=-1", "sa", "");
    private final JdbcConnectionPool next =
            JdbcConnectionPool.create("jdbc:h2:mem:page-next;DB_CLOSE_DELAY=-1", "sa", "");
    private final Set<String> keys = new TreeSet<>();
    private boolean targetIsThere = true;

    CommandsPageTest() throws SQLException {
        run(
                legacy,
                "create table orders (id bigint primary key, customer varchar(100), total decimal(12, 2),"
                        + " status char(1))",
                "insert into orders values (1, 'Ada', 10.50, 'O'), (2, 'Grace', 20.00, 'P'), (3, 'Edsger', 30.00, 'S')");
        run(
                next,
                "create table orders_v2 (id bigint primary key, customer_name varchar(100), total_cents bigint,"
                        + " status varchar(10))");
    }

    @AfterEach
    void dropBoth() throws SQLException {
        run(legacy, "shutdown");
        run(next, "shutdown");
        legacy.dispose();
        next.dispose();
    }

    @Test
    void everyAnswerIsWhatTheCommandSays() throws Exception {
        List<String> shown = blocks("console");
        assertThat(shown).hasSizeGreaterThan(5);
        List<String> typed = new ArrayList<>();
        for (String block : shown) {
            List<String> answered = new ArrayList<>();
            for (String line : block.lines().toList()) {
                if (line.startsWith(SQL)) {
                    answered.add(line);
                    run(next, line.substring(SQL.length()));
                } else if (line.startsWith(PROMPT)) {
                    answered.add(line);
                    answered.addAll(answer(line.substring(PROMPT.length())));
                }
            }
            typed.add(timeless(String.join("\n", answered)));
        }
        assertThat(shown.stream().map(CommandsPageTest::timeless)).containsExactlyElementsOf(typed);
    }

    @Test
    void everyKeyForProgramsIsInTheTableAndNoOther() throws Exception {
        for (String command : List.of(
                "fly",
                "status",
                "flip",
                "move dualwrite",
                "backfill --dry-run",
                "backfill",
                "verify",
                "repair",
                "flip",
                "rollback --force --dry-run")) {
            answer(command + " --machine");
        }
        run(next, "update orders_v2 set status = 'PAID' where id = 1");
        answer("verify --machine");
        answer("verify --in-databases --machine");
        answer("verify --stop 1 --machine");
        answer("verify --sample 1 --machine");
        loseTheTarget();
        answer("status --machine");
        answer("rollback --force --by me --machine");
        targetIsThere = true;
        answer("unreconciled --machine");

        Set<String> documented = new TreeSet<>();
        Matcher rows = Pattern.compile("(?m)^\\| (`[^|]+`) \\|").matcher(section("## For programs"));
        while (rows.find()) {
            Matcher each = Pattern.compile("`([^`]+)`").matcher(rows.group(1));
            while (each.find()) {
                documented.add(each.group(1));
            }
        }
        assertThat(keys).isEqualTo(documented);
    }

    /** With a change on the target that nobody has handed on. */
    private void loseTheTarget() throws Exception {
        try (JdbcMigration application = ShopCommand.migration(legacy, next)) {
            application.refresh();
            OrderRepository orders = application.decorate(OrderRepository.class, LegacyOrders::new, NextOrders::new);
            orders.deleteById(2);
        }
        targetIsThere = false;
    }

    @Test
    void theExitCodesAreThoseOfTheHelp() throws IOException {
        Matcher rows = Pattern.compile("(?m)^\\| (\\d) \\|").matcher(section("## Exit codes"));
        List<String> codes = rows.results().map(row -> row.group(1)).toList();
        assertThat(codes).containsExactly("0", "1", "2", "3");
    }

    @Test
    void theProgramIsTheOneThatIsCompiled() throws IOException {
        String source = Files.readString(Path.of("src/main/java/io/dualwrite/examples/twodatabases/ShopCommand.java"));
        String region = source.substring(source.indexOf("// PAGE\n") + 8, source.indexOf("    // end"));
        assertThat(blocks("java")).containsExactly(region.stripTrailing().stripIndent());
    }

    /** What the command says, with its exit code at the end unless that is 0. */
    private List<String> answer(String line) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int exit;
        DataSource target =
                targetIsThere ? next : JdbcConnectionPool.create("jdbc:h2:tcp://localhost:1/gone", "sa", "");
        try (JdbcMigration shop = ShopCommand.migration(legacy, target)) {
            exit = DualwriteCommand.run(shop, new PrintStream(said, true, StandardCharsets.UTF_8), line.split(" "));
        }
        String text = said.toString(StandardCharsets.UTF_8);
        if (line.endsWith("--machine")) {
            noteKeys(text);
        }
        List<String> lines = new ArrayList<>(text.lines().toList());
        if (exit != 0 && !line.endsWith("--machine")) {
            lines.add("[exit code " + exit + "]");
        }
        return lines;
    }

    private void noteKeys(String text) {
        Properties facts = new Properties();
        try {
            facts.load(new StringReader(text));
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        for (String key : facts.stringPropertyNames()) {
            keys.add(key.replaceAll("\\.\\d+", ".N").replaceAll("^(origin|target)\\.", "SIDE."));
        }
    }

    /** Times differ from run to run, and so do the seconds after which something is told. */
    private static String timeless(String text) {
        return text.replaceAll("\\d+\\.\\d s", "# s")
                .replaceAll("[0-9,]+/s", "#/s")
                .replaceAll("(?m)(ms=)\\d+$", "$1#")
                .stripTrailing();
    }

    private static String page() throws IOException {
        return Files.readString(ROOT.resolve("docs/commands.md"));
    }

    private static String section(String heading) throws IOException {
        String rest = page().substring(page().indexOf("\n" + heading) + 1);
        int end = rest.indexOf("\n## ");
        return end < 0 ? rest : rest.substring(0, end);
    }

    private static List<String> blocks(String language) throws IOException {
        Matcher fences =
                Pattern.compile("(?ms)^```" + language + "\\n(.*?)\\n```$").matcher(page());
        return fences.results().map(fence -> fence.group(1)).toList();
    }

    private static void run(DataSource database, String... statements) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : Arrays.asList(statements)) {
                statement.execute(sql);
            }
        }
    }
}
