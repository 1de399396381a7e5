package io.loxodrome.cuda.jcuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class NativeFolderTest {
  private static final byte[] CONTENT = "not really a library".getBytes(StandardCharsets.UTF_8);

  private Path base;
  private Path source;

  @BeforeEach
  void writeSource(@TempDir Path temporary) throws IOException {
    base = temporary.resolve("base");
    source = Files.write(temporary.resolve("source"), CONTENT);
  }

  private NativeResource resource(String name, byte[] expected) throws IOException {
    CRC32 checksum = new CRC32();
    checksum.update(expected);
    return new NativeResource(name, source.toUri().toURL(), expected.length, checksum.getValue());
  }

  private Path unpack() throws IOException {
    return NativeFolder.unpack(base, List.of(resource("libone.so", CONTENT)));
  }

  @Test
  void resourcesOfTheClassPathAreDescribedAsTheyAre() throws IOException {
    // One in a jar, one in a folder.
    for (JCudaPart part : JCudaPart.values()) {
      NativeResource found = NativeResource.find("lib/" + part.fileName()).orElseThrow();
      byte[] content = found.url().openStream().readAllBytes();
      CRC32 checksum = new CRC32();
      checksum.update(content);
      assertThat(found.size()).isEqualTo(content.length);
      assertThat(found.checksum()).isEqualTo(checksum.getValue());
      assertThat(found.fileName()).isEqualTo(part.fileName());
    }
    assertThat(NativeResource.find("lib/libnone.so")).isEmpty();
  }

  @Test
  void copiesAreWholeAndNobodyElseCanReachThem() throws IOException {
    Path folder = unpack();
    assertThat(folder.resolve("libone.so")).hasBinaryContent(CONTENT);
    for (Path own : List.of(folder, folder.resolveSibling("."))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own)))
          .isEqualTo("rwx------");
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(folder.resolve("libone.so"));
    }
  }

  @Test
  void aCopyThatFitsIsKept() throws IOException {
    Path file = unpack().resolve("libone.so");
    Object before = Files.getAttribute(file, "unix:ino");
    assertThat(unpack().resolve("libone.so")).isEqualTo(file);
    assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(before);
  }

  @Test
  void aCopyThatDoesNotFitIsReplaced() throws IOException {
    Path file = unpack().resolve("libone.so");
    byte[] other = CONTENT.clone();
    other[3]++;
    Files.write(file, other);
    unpack();
    assertThat(file).hasBinaryContent(CONTENT);
    Files.writeString(file, "short");
    unpack();
    assertThat(file).hasBinaryContent(CONTENT);
  }

  @Test
  void aLinkIsNotFollowed() throws IOException {
    Path file = unpack().resolve("libone.so");
    Path elsewhere = Files.write(base.resolve("elsewhere"), CONTENT);
    Files.delete(file);
    Files.createSymbolicLink(file, elsewhere);
    unpack();
    assertThat(file).isRegularFile().hasBinaryContent(CONTENT);
    assertThat(Files.isSymbolicLink(file)).isFalse();
  }

  @Test
  void otherContentGoesIntoAnotherFolder() throws IOException {
    Path first = unpack();
    Path second =
        NativeFolder.unpack(
            base, List.of(resource("libone.so", CONTENT), resource("libtwo.so", CONTENT)));
    assertThat(second).isNotEqualTo(first).hasParent(first.getParent());
  }

  @Test
  void aFolderThatOthersCanWriteToIsRefused() throws IOException {
    Path own = unpack().getParent();
    Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(this::unpack)
        .isInstanceOf(IOException.class)
        .hasMessage(own + " is not a folder that only you can write to (chmod 700, or remove it)");
  }

  @Test
  void aLinkInPlaceOfTheFolderIsRefused() throws IOException {
    Path own = unpack().getParent();
    Path moved = Files.move(own, base.resolve("moved"));
    Files.createSymbolicLink(own, moved);
    assertThatThrownBy(this::unpack)
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(own + " is not a folder that only you can write to");
  }

  @Test
  void whatDoesNotHoldWhatWasExpectedIsNotLeftBehind() throws IOException {
    NativeResource wrong = resource("libone.so", "something else".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> NativeFolder.unpack(base, List.of(wrong)))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("does not hold what was written to it: full disk?");
    try (Stream<Path> files = Files.walk(base)) {
      assertThat(files).noneMatch(Files::isRegularFile);
    }
  }
}
