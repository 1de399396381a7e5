package io.loxodrome.train;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The folder a run leaves its files in.
 *
 * @param folder made if it is not there
 */
public record RunFiles(Path folder) {
  public Path checkpoint() {
    return folder.resolve("checkpoint.safetensors");
  }

  public Path metrics() {
    return folder.resolve("metrics.jsonl");
  }

  public Path summary() {
    return folder.resolve("summary.json");
  }

  /** The polar plot; {@code suffix} is png or svg. */
  public Path plot(String suffix) {
    return folder.resolve("accuracy_by_angle." + suffix);
  }

  /**
   * Refuses a folder that holds a run already.
   *
   * @throws IOException if it does
   */
  public void requireUnused() throws IOException {
    for (Path file : List.of(checkpoint(), summary())) {
      if (Files.exists(file)) {
        throw new IOException(
            file + " is already there; go on with --resume or choose another folder");
      }
    }
  }

  /**
   * Makes the folder if it is not there.
   *
   * @throws IOException if it cannot be made
   */
  void create() throws IOException {
    try {
      Files.createDirectories(folder);
    } catch (FileAlreadyExistsException e) {
      throw new IOException(e.getFile() + " is a file, expected a folder", e);
    }
  }
}
