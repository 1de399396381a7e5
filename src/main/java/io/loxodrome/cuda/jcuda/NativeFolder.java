package io.loxodrome.cuda.jcuda;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * Whole copies of native resources in folders that only this user can write to.
 *
 * <p>A folder's name says what its files hold, so that programs with other versions do not meet in
 * it; a file appears whole or not at all, and one that is there is used only if its content fits.
 */
final class NativeFolder {
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");
  private static final FileAttribute<Set<PosixFilePermission>> CREATE_PRIVATE =
      PosixFilePermissions.asFileAttribute(PRIVATE);

  private NativeFolder() {}

  /** Where such folders may be, best first: the temporary directory, then the user's cache. */
  static List<Path> bases() {
    String cache = System.getenv("XDG_CACHE_HOME");
    Path user =
        cache == null || cache.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(cache);
    return List.of(Path.of(System.getProperty("java.io.tmpdir")), user);
  }

  /**
   * Copies resources side by side.
   *
   * @param base an existing folder, or one that can be made
   * @return the folder that holds them, each under its file name
   * @throws IOException if that cannot be done there; the message says why
   */
  static Path unpack(Path base, List<NativeResource> resources) throws IOException {
    Files.createDirectories(base);
    Path own = requirePrivate(base.resolve("loxodrome-natives-" + userId()));
    Path folder = requirePrivate(own.resolve(checksum(resources)));
    for (NativeResource resource : resources) {
      place(resource, folder);
    }
    return folder;
  }

  private static Object userId() throws IOException {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  private static String checksum(List<NativeResource> resources) {
    CRC32 all = new CRC32();
    for (NativeResource resource : resources) {
      String line =
          "%s %d %d%n".formatted(resource.fileName(), resource.size(), resource.checksum());
      all.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return "%08x".formatted(all.getValue());
  }

  /** Makes a folder, or accepts one that nobody else could have put anything into. */
  private static Path requirePrivate(Path folder) throws IOException {
    try {
      Files.createDirectory(folder, CREATE_PRIVATE);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
          || !isOwn(folder)
          || !Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS).equals(PRIVATE)) {
        throw new IOException(
            folder + " is not a folder that only you can write to (chmod 700, or remove it)", e);
      }
    }
    return folder;
  }

  private static boolean isOwn(Path path) throws IOException {
    return Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(userId());
  }

  private static void place(NativeResource resource, Path folder) throws IOException {
    Path file = folder.resolve(resource.fileName());
    if (holds(file, resource)) {
      return;
    }
    Path incomplete = Files.createTempFile(folder, resource.fileName(), ".part");
    try {
      try (InputStream content = resource.open()) {
        Files.copy(content, incomplete, StandardCopyOption.REPLACE_EXISTING);
      }
      if (!holds(incomplete, resource)) {
        throw new IOException(incomplete + " does not hold what was written to it: full disk?");
      }
      Files.move(incomplete, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(incomplete);
    }
  }

  private static boolean holds(Path file, NativeResource resource) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        || !isOwn(file)
        || Files.size(file) != resource.size()) {
      return false;
    }
    try (InputStream content = new BufferedInputStream(Files.newInputStream(file))) {
      return resource.matches(content);
    }
  }
}
