package io.loxodrome.train;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Replaces a file whole or not at all, so that neither a full disk, nor a killed process, nor a
 * power cut leaves half a file behind.
 *
 * <p>The content goes to a temporary file in the same folder, is forced to the disk and renamed
 * over the target; then the folder is forced too, which makes the rename itself durable. If
 * anything fails before the rename, the temporary file is deleted and the target is as it was.
 */
public final class AtomicFile {
  private AtomicFile() {}

  /** Writes a file's whole content to a stream, which is not buffered. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Replaces {@code target}, or creates it, with what {@code content} writes.
   *
   * @throws NoSuchFileException if the target's folder does not exist
   * @throws IOException if the content cannot be written; the message names the target and the
   *     reason
   */
  public static void write(Path target, Content content) throws IOException {
    Path folder = folderOf(target);
    Path temporary = folder.resolve(target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      Files.createFile(temporary);
      writeDurably(temporary, content);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new IOException(
          target + " could not be written and is left as it was: " + reason(e), e);
    } finally {
      Files.deleteIfExists(temporary);
    }
    force(folder);
  }

  private static Path folderOf(Path target) throws NoSuchFileException {
    Path folder = target.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new NoSuchFileException(target.toString(), null, "its folder does not exist");
    }
    return folder;
  }

  /**
   * A FileOutputStream and not a FileChannel: an interrupt closes a channel, and a save that has
   * begun must end well when the thread is interrupted.
   */
  private static void writeDurably(Path file, Content content) throws IOException {
    try (FileOutputStream out = new FileOutputStream(file.toFile())) {
      content.writeTo(out);
      out.getFD().sync();
    }
  }

  /** Forces a folder's entries to the disk, which only a channel can do; so the interrupt waits. */
  private static void force(Path folder) throws IOException {
    boolean interrupted = Thread.interrupted();
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
