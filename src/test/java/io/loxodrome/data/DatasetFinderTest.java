package io.loxodrome.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetFinderTest {
  private Path system;
  private Path variable;
  private Path asked;
  private DatasetFinder finder;

  @BeforeEach
  void makeEmptyFolders(@TempDir Path root) throws IOException {
    system = Files.createDirectory(root.resolve("system"));
    variable = Files.createDirectory(root.resolve("variable"));
    asked = Files.createDirectory(root.resolve("asked"));
    finder = new DatasetFinder(Map.of("LOXODROME_DATA", variable.toString())::get, system);
  }

  @Test
  void theFolderAskedForComesFirst() throws IOException {
    fashionIn(asked);
    fashionIn(variable);
    fashionIn(system.resolve("fashion-mnist"));
    assertThat(finder.find("fashion-mnist", asked)).isEqualTo(asked);
  }

  @Test
  void theVariableComesBeforeTheSystem() throws IOException {
    fashionIn(variable);
    fashionIn(system.resolve("fashion-mnist"));
    assertThat(finder.find("fashion-mnist", null)).isEqualTo(variable);
  }

  @Test
  void theSystemComesLast() throws IOException {
    Path folder = fashionIn(system.resolve("fashion-mnist"));
    assertThat(finder.find("fashion-mnist", null)).isEqualTo(folder);
  }

  @Test
  void subfoldersOfTheDatasetsNameAreLookedIn() throws IOException {
    Path inAsked = fashionIn(asked.resolve("fashion-mnist"));
    Path inVariable = fashionIn(variable.resolve("fashion-mnist"));
    assertThat(finder.find("fashion-mnist", asked)).isEqualTo(inAsked);
    assertThat(finder.find("fashion-mnist", null)).isEqualTo(inVariable);
  }

  @Test
  void datasetsAreLoadedByName() throws IOException {
    fashionIn(variable);
    SmallFiles.writeCifar(Files.createDirectory(variable.resolve("cifar-10-batches-bin")));
    assertThat(finder.load("fashion-mnist", null).train().count()).isEqualTo(3);
    assertThat(finder.load("cifar10", null).train().count()).isEqualTo(15);
    assertThat(DatasetFinder.names()).containsExactly("fashion-mnist", "cifar10");
  }

  @Test
  void aFolderAskedForIsNeverReplacedByAnother() throws IOException {
    fashionIn(variable);
    fashionIn(system.resolve("fashion-mnist"));
    assertThatThrownBy(() -> finder.load("fashion-mnist", asked))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            "fashion-mnist was not found in %s, %s; install it with 'apt-get install"
                    .formatted(asked, asked.resolve("fashion-mnist"))
                + " dataset-fashion-mnist' or name a folder with its four IDX files by --data or"
                + " $LOXODROME_DATA");
  }

  @Test
  void everyPlaceLookedInIsListed() {
    assertThatThrownBy(() -> finder.load("cifar10", null))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            "cifar10 was not found in %s, %s, %s; unpack the archive cifar-10-binary.tar.gz and"
                    .formatted(variable, variable.resolve("cifar10"), system.resolve("cifar10"))
                + " name that folder by --data or $LOXODROME_DATA");
  }

  @Test
  void anEmptyOrUnsetVariableNamesNoPlace() {
    for (Map<String, String> environment :
        List.of(Map.of("LOXODROME_DATA", ""), Map.<String, String>of())) {
      DatasetFinder bare = new DatasetFinder(environment::get, system);
      assertThatThrownBy(() -> bare.find("fashion-mnist", null))
          .isInstanceOf(DatasetException.class)
          .hasMessageStartingWith(
              "fashion-mnist was not found in " + system.resolve("fashion-mnist") + "; ");
    }
  }

  @Test
  void aFolderWithSomeOfTheFilesIsReadAndItsGapNamed() throws IOException {
    fashionIn(asked);
    Files.delete(asked.resolve("t10k-labels-idx1-ubyte"));
    assertThatThrownBy(() -> finder.load("fashion-mnist", asked))
        .isInstanceOf(DatasetException.class)
        .hasMessage(asked.resolve("t10k-labels-idx1-ubyte") + " is missing");
  }

  @Test
  void unknownNamesListTheKnownOnes() {
    assertThatThrownBy(() -> finder.load("mnist", null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unknown data set 'mnist', expected one of fashion-mnist, cifar10");
  }

  private static Path fashionIn(Path folder) throws IOException {
    SmallFiles.writeFashion(Files.createDirectories(folder));
    return folder;
  }
}
