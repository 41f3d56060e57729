package io.dualwrite;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The rooms of core stand on floors, and an import goes down: never up, never sideways. */
class FloorPlanTest {
    private static final String HOUSE = "io.dualwrite";
    private static final Map<String, Integer> FLOORS = Map.ofEntries(
            Map.entry("stage", 1),
            Map.entry("compare", 1),
            Map.entry("flag", 2),
            Map.entry("event", 2),
            Map.entry("journal", 2),
            Map.entry("store", 2),
            Map.entry("fence", 2),
            Map.entry("path", 3),
            Map.entry("repair", 3),
            Map.entry("decorate", 4),
            Map.entry("degrade", 4),
            Map.entry("", 5),
            Map.entry("command", 6));

    private final JavaClasses house = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(HOUSE);

    @Test
    void everyRoomIsOnTheFloorPlan() {
        assertThat(house.stream().map(FloorPlanTest::room))
                .isNotEmpty()
                .allSatisfy(room -> assertThat(FLOORS).containsKey(room));
    }

    @Test
    void importsGoDownOnly() {
        Set<String> wrong = new TreeSet<>();
        for (JavaClass each : house) {
            for (Dependency dependency : each.getDirectDependenciesFromSelf()) {
                JavaClass other = dependency.getTargetClass();
                boolean inside = other.getPackageName().equals(HOUSE)
                        || other.getPackageName().startsWith(HOUSE + ".");
                if (inside && !room(other).equals(room(each)) && floor(other) >= floor(each)) {
                    wrong.add(each.getName() + " -> " + other.getName());
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void noRoomsFormACycle() {
        slices().matching(HOUSE + ".(*)..").should().beFreeOfCycles().check(house);
    }

    @Test
    void noPackageIsALumberRoom() {
        List<String> lumber = List.of("internal", "impl", "util", "utils", "common", "helper", "helpers", "misc");
        assertThat(house.stream().map(JavaClass::getPackageName).flatMap(name -> List.of(name.split("\\.")).stream()))
                .doesNotContainAnyElementsOf(lumber);
    }

    private static int floor(JavaClass each) {
        return FLOORS.getOrDefault(room(each), 0);
    }

    private static String room(JavaClass each) {
        String name = each.getPackageName();
        return name.equals(HOUSE) ? "" : name.substring(HOUSE.length() + 1);
    }
}
