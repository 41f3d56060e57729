package io.dualwrite.control;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class FloorPlanTest {
    @Test
    void noPackagesFormACycle() {
        // Nothing outside of the house imports from it, and to read all that takes long.
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
        JavaClasses house = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("io.dualwrite.control");
        slices().matching("io.dualwrite.(**)").should().beFreeOfCycles().check(house);
    }
}
