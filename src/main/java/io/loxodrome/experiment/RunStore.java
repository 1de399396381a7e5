package io.loxodrome.experiment;

import io.loxodrome.train.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The finished runs of an experiment, kept in {@code runs.jsonl}: a line of JSON for each point and
 * seed.
 *
 * <p>The file is replaced whole with every addition, so at any moment it holds all the runs that
 * were added and nothing else. One process at a time has a folder's store.
 */
public final class RunStore implements AutoCloseable {
  /** Puts a file in place of the one that is there, whole or not at all. */
  @FunctionalInterface
  interface Replacement {
    void replace(Path file, byte[] content) throws IOException;
  }

  private static final String NAME = "runs.jsonl";

  private final Path file;
  private final FolderLock lock;
  private final Replacement replacement;
  private final List<String> lines = new ArrayList<>();
  private final Map<String, Map<Long, SeedResult>> results = new LinkedHashMap<>();
  private boolean failed;

  private RunStore(Path file, FolderLock lock, Replacement replacement) {
    this.file = file;
    this.lock = lock;
    this.replacement = replacement;
  }

  /**
   * Opens the store of a folder, which is made if it is not there.
   *
   * @throws IOException if another process has it open, or a line cannot be read; the message names
   *     the file and the line
   */
  public static RunStore open(Path folder) throws IOException {
    return open(folder, (file, content) -> AtomicFile.write(file, out -> out.write(content)));
  }

  static RunStore open(Path folder, Replacement replacement) throws IOException {
    try {
      Files.createDirectories(folder);
    } catch (FileAlreadyExistsException e) {
      throw new IOException(e.getFile() + " is a file, expected a folder", e);
    }
    FolderLock lock = FolderLock.take(folder);
    try {
      RunStore store = new RunStore(folder.resolve(NAME), lock, replacement);
      store.deleteTemporaries(folder);
      store.read();
      return store;
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** What a process that was killed while it wrote has left. */
  private void deleteTemporaries(Path folder) throws IOException {
    try (DirectoryStream<Path> temporaries = Files.newDirectoryStream(folder, "*.tmp")) {
      for (Path temporary : temporaries) {
        Files.delete(temporary);
      }
    }
  }

  private void read() throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    String text = Files.readString(file, StandardCharsets.UTF_8);
    if (!text.isEmpty() && !text.endsWith("\n")) {
      throw new IOException(
          "%s: line %d has no end: the file was cut off; delete that line, and its run is done anew"
              .formatted(file, text.lines().count()));
    }
    for (String line : text.lines().toList()) {
      keep(line);
    }
  }

  private void keep(String text) throws IOException {
    try {
      RunLine line = RunLine.parse(text);
      keep(line.key(), line.result());
      lines.add(text);
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "%s: line %d cannot be read, %s; delete it, and its run is done anew"
              .formatted(file, lines.size() + 1, e.getMessage()),
          e);
    }
  }

  private void keep(String key, SeedResult result) {
    Map<Long, SeedResult> bySeed = results.computeIfAbsent(key, unused -> new TreeMap<>());
    if (bySeed.putIfAbsent(result.seed(), result) != null) {
      throw new IllegalArgumentException(
          "it is the second of seed %d at %s".formatted(result.seed(), key));
    }
  }

  /** The seeds that are finished at a point, ascending. */
  public synchronized List<Long> seeds(RunPoint point) {
    return List.copyOf(new TreeSet<>(bySeed(point).keySet()));
  }

  /** The results at a point, by ascending seed. */
  public synchronized List<SeedResult> results(RunPoint point) {
    return List.copyOf(bySeed(point).values());
  }

  private Map<Long, SeedResult> bySeed(RunPoint point) {
    return results.getOrDefault(point.key(), Map.of());
  }

  /**
   * Adds finished runs: when this returns they are on the disk.
   *
   * @param device they ran on
   * @throws IllegalArgumentException if a seed is finished already; nothing is added
   * @throws IOException if the file cannot be written, now or before: the store must be opened anew
   */
  public synchronized void add(RunPoint point, String device, List<SeedResult> added)
      throws IOException {
    if (failed) {
      throw new IOException(file + " could not be written before, what it holds is not known");
    }
    List<String> more = new ArrayList<>(lines);
    TreeSet<Long> known = new TreeSet<>(bySeed(point).keySet());
    for (SeedResult result : added) {
      if (!known.add(result.seed())) {
        throw new IllegalArgumentException(
            "seed %d at %s is finished already".formatted(result.seed(), point.key()));
      }
      more.add(new RunLine(point.settings(), device, result).json());
    }
    String text = String.join("\n", more) + "\n";
    failed = true;
    replacement.replace(file, text.getBytes(StandardCharsets.UTF_8));
    failed = false;
    for (int i = lines.size(); i < more.size(); i++) {
      lines.add(more.get(i));
    }
    added.forEach(result -> keep(point.key(), result));
  }

  /** Gives the folder back. */
  @Override
  public void close() throws IOException {
    lock.close();
  }
}
