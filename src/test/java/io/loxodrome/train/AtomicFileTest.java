package io.loxodrome.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  private Path folder;
  private Path file;

  @BeforeEach
  void chooseFile(@TempDir Path temporary) {
    folder = temporary;
    file = folder.resolve("weights.bin");
  }

  private static AtomicFile.Content text(String text) {
    return out -> out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  private void assertOnlyFileIs(String text) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
    assertThat(file).hasContent(text);
  }

  @Test
  void createsTheFile() throws IOException {
    AtomicFile.write(file, text("new"));
    assertOnlyFileIs("new");
  }

  @Test
  void replacesALongerFile() throws IOException {
    Files.writeString(file, "something longer");
    AtomicFile.write(file, text("new"));
    assertOnlyFileIs("new");
  }

  @Test
  void aFileIsReadableByWhoeverMayReadANewFile() throws IOException {
    Path ordinary = Files.createFile(folder.resolve("ordinary"));
    AtomicFile.write(file, text("new"));
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(Files.getPosixFilePermissions(ordinary))
        .contains(PosixFilePermission.OWNER_READ);
  }

  @Test
  void theOldFileStandsUntilTheNewOneIsWhole() throws IOException {
    Files.writeString(file, "old");
    AtomicFile.write(
        file,
        out -> {
          out.write(new byte[1 << 20]);
          assertThat(file).hasContent("old");
        });
    assertThat(file).hasSize(1 << 20);
  }

  @Test
  void aFullDiskLeavesTheOldFileAndNoOther() throws IOException {
    Files.writeString(file, "old");
    assertThatThrownBy(
            () -> AtomicFile.write(file, out -> text("0123456789").writeTo(new FullDisk(out, 4))))
        .isInstanceOf(IOException.class)
        .hasMessage(file + " could not be written and is left as it was: No space left on device");
    assertOnlyFileIs("old");
  }

  @Test
  void aProgrammingErrorLeavesTheOldFileAndNoOther() throws IOException {
    Files.writeString(file, "old");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      throw new IllegalStateException("closed tensor");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertOnlyFileIs("old");
  }

  @Test
  void aTargetThatIsAFolderLeavesNoTemporaryFile() throws IOException {
    Files.createDirectories(file.resolve("inner"));
    assertThatThrownBy(() -> AtomicFile.write(file, text("new")))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(file + " could not be written");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void aMissingFolderIsNamedByTheTarget() {
    Path orphan = folder.resolve("missing").resolve("weights.bin");
    assertThatThrownBy(() -> AtomicFile.write(orphan, text("new")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(orphan + ": its folder does not exist");
  }

  @Test
  void anInterruptedThreadStillSavesAndStaysInterrupted() throws IOException {
    Thread.currentThread().interrupt();
    try {
      AtomicFile.write(file, text("new"));
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertOnlyFileIs("new");
  }
}
