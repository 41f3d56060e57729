package io.dualwrite.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every extension point of any module has a contract here, and a row in the README that names both. */
class ExtensionPointsTest {
    private static final Path ROOT = Path.of("..");
    private static final List<String> MODULES = List.of(
            "dualwrite-core",
            "dualwrite-jdbc",
            "dualwrite-control",
            "dualwrite-cluster",
            "dualwrite-spring/dualwrite-spring",
            "dualwrite-spring/dualwrite-spring-boot-starter",
            "dualwrite-spring/dualwrite-spring-boot3-starter",
            "dualwrite-spring/dualwrite-spring-test");
    private static final Path CONTRACTS = Path.of("src/main/java/io/dualwrite/testkit/contract");

    @Test
    void everyOneHasAContract() throws IOException {
        Set<String> without = extensionPoints();
        assertThat(without).contains("Journal", "Redactor", "Preflight");
        for (Class<?> contract : contracts()) {
            without.remove(contract.getSimpleName().replaceAll("Contract$", ""));
        }
        assertThat(without).as("extension points without a contract").isEmpty();
    }

    @Test
    void everyOneStandsInTheReadmesTableWithItsContract() throws IOException {
        List<String> rows = Files.readAllLines(ROOT.resolve("README.md")).stream()
                .dropWhile(line -> !line.equals("## What you can plug in"))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("| `"))
                .toList();
        for (String point : extensionPoints()) {
            assertThat(rows)
                    .as("a row for %s and its contract", point)
                    .anyMatch(row ->
                            row.split("\\|")[1].contains("`" + point + "`") && row.contains("`" + point + "Contract`"));
        }
    }

    /** The simple names of all types whose documentation says that they are extension points. */
    private static Set<String> extensionPoints() throws IOException {
        Set<String> points = new TreeSet<>();
        for (String module : MODULES) {
            try (Stream<Path> sources = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
                for (Path source : sources.filter(file -> file.toString().endsWith(".java"))
                        .toList()) {
                    if (Files.readString(source).contains("<strong>SPI.</strong>")) {
                        points.add(source.getFileName().toString().replace(".java", ""));
                    }
                }
            }
        }
        return points;
    }

    /** Every contract that can be extended. */
    static List<Class<?>> contracts() {
        List<Class<?>> contracts = new ArrayList<>();
        try (Stream<Path> sources = Files.list(CONTRACTS)) {
            for (Path source : sources.sorted().toList()) {
                String name = source.getFileName().toString().replace(".java", "");
                if (name.endsWith("Contract")) {
                    Class<?> contract = Class.forName(ExtensionPointsTest.class.getPackageName() + "." + name);
                    if (Modifier.isPublic(contract.getModifiers())) {
                        contracts.add(contract);
                    }
                }
            }
        } catch (IOException | ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
        return contracts;
    }
}
