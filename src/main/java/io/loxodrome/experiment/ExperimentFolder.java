package io.loxodrome.experiment;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * The folder an experiment leaves its files in.
 *
 * @param path made when the store in it is opened
 */
public record ExperimentFolder(Path path) {
  /** How names of checkpoints end. */
  static final String CHECKPOINT = ".safetensors";

  private static final int DIGITS = 16;

  /** The table of all points. */
  public Path table() {
    return path.resolve("table.md");
  }

  /** The figure; {@code suffix} is png or svg. */
  public Path figure(String suffix) {
    return path.resolve("figure." + suffix);
  }

  /** The checkpoint of seeds that are trained together at a point, named after both. */
  Path checkpoint(RunPoint point, List<Long> seeds) {
    String what = point.key() + " seeds=" + seeds;
    return checkpoints().resolve(digest(what) + CHECKPOINT);
  }

  /** Where checkpoints are, while there are any. */
  Path checkpoints() {
    return path.resolve("checkpoints");
  }

  /** Makes the folder of checkpoints. */
  void createCheckpoints() throws IOException {
    Files.createDirectories(checkpoints());
  }

  /** Deletes the folder of checkpoints if it is empty. */
  void deleteCheckpointsIfEmpty() throws IOException {
    try (var files = Files.list(checkpoints())) {
      if (files.findAny().isPresent()) {
        return;
      }
    }
    Files.delete(checkpoints());
  }

  private static String digest(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] bytes = digest.digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(bytes).substring(0, DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
