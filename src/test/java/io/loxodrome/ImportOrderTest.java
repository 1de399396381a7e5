package io.loxodrome;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Packages stand in one order, and each sees only those before it. */
class ImportOrderTest {
  private static final String ROOT = "io.loxodrome.";

  private static final List<String> ORDER =
      List.of(
          "manifold",
          "tensor",
          "cuda",
          "ops",
          "autograd",
          "nn",
          "optim",
          "riemann",
          "data",
          "train",
          "experiment",
          "cli");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.loxodrome");

  static Stream<String> packages() {
    return ORDER.stream();
  }

  @ParameterizedTest
  @MethodSource("packages")
  void seesNoPackageBehindIt(String name) {
    String[] behind =
        ORDER.subList(ORDER.indexOf(name) + 1, ORDER.size()).stream()
            .map(other -> ROOT + other + "..")
            .toArray(String[]::new);
    noClasses()
        .that(resideInAPackage(ROOT + name + ".."))
        .should()
        .dependOnClassesThat(resideInAnyPackage(behind))
        .check(CLASSES);
  }

  @Test
  void everyClassIsInAPackageOfTheOrder() {
    assertThat(CLASSES.stream().map(JavaClass::getPackageName).distinct())
        .allMatch(
            name -> ORDER.stream().anyMatch(known -> (name + ".").startsWith(ROOT + known + ".")));
  }

  @Test
  void theCatalogueKnowsNoBackend() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "ops")
        .should()
        .dependOnClassesThat(resideInAPackage(ROOT + "ops.*"))
        .check(CLASSES);
  }

  @Test
  void noBackendIsNamedOutsideIt() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "ops..")
        .should()
        .dependOnClassesThat(resideInAPackage(ROOT + "ops.*"))
        .check(CLASSES);
  }

  @Test
  void onlyItsBackendKnowsCuda() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "cuda..", ROOT + "ops.cuda..")
        .should()
        .dependOnClassesThat(resideInAPackage(ROOT + "cuda.."))
        .check(CLASSES);
  }

  @Test
  void onlyOnePackageKnowsJCuda() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "cuda.jcuda")
        .should()
        .dependOnClassesThat(resideInAPackage("jcuda.."))
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching(ROOT + "(*)..").should().beFreeOfCycles().check(CLASSES);
  }
}
