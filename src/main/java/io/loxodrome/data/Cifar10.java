package io.loxodrome.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Reads CIFAR-10, colour photographs of 32 x 32 pixels in 10 classes, from its binary files {@code
 * data_batch_1.bin} to {@code data_batch_5.bin} and {@code test_batch.bin}.
 *
 * <p>A file is a row of records of 3073 bytes: the label, then a red, a green and a blue plane,
 * each 32 x 32 and row-major.
 */
public final class Cifar10 {
  /** The name it is found by. */
  public static final String NAME = "cifar10";

  /** The folder that the published archive unpacks to. */
  private static final String SUBFOLDER = "cifar-10-batches-bin";

  private static final int CLASSES = 10;
  private static final int CHANNELS = 3;
  private static final int SIDE = 32;
  private static final int IMAGE = CHANNELS * SIDE * SIDE;
  private static final int RECORD = 1 + IMAGE;

  /** As many per file as the published ones; five times as many still fit one array. */
  private static final int MOST_RECORDS = 10_000;

  private static final List<String> TRAIN =
      IntStream.rangeClosed(1, 5).mapToObj(i -> "data_batch_" + i + ".bin").toList();
  private static final List<String> TEST = List.of("test_batch.bin");

  private Cifar10() {}

  /** Whether a folder, or its sub-folder {@code cifar-10-batches-bin}, holds one of the files. */
  public static boolean isIn(Path folder) {
    return holdsAny(folder) || holdsAny(folder.resolve(SUBFOLDER));
  }

  /**
   * Reads all six files of a folder or, where it holds none, of its sub-folder {@code
   * cifar-10-batches-bin}.
   *
   * @throws DatasetException if a file is missing or broken
   */
  public static Dataset load(Path folder) throws IOException {
    Path files = holdsAny(folder) ? folder : folder.resolve(SUBFOLDER);
    return Dataset.of(
        NAME, imageSet(NAME + " train", files, TRAIN), imageSet(NAME + " test", files, TEST));
  }

  private static boolean holdsAny(Path folder) {
    return TRAIN.stream().anyMatch(name -> Files.exists(folder.resolve(name)))
        || TEST.stream().anyMatch(name -> Files.exists(folder.resolve(name)));
  }

  private static ImageSet imageSet(String name, Path folder, List<String> files)
      throws IOException {
    int[] counts = new int[files.size()];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = count(folder.resolve(files.get(i)));
    }
    int total = IntStream.of(counts).sum();
    byte[] pixels = new byte[total * IMAGE];
    int[] labels = new int[total];
    int first = 0;
    for (int i = 0; i < counts.length; i++) {
      readRecords(folder.resolve(files.get(i)), first, counts[i], pixels, labels);
      first += counts[i];
    }
    return new ImageSet(name, CHANNELS, SIDE, SIDE, CLASSES, pixels, labels);
  }

  /** Number of records a file's size says it holds, 1 to {@link #MOST_RECORDS}. */
  private static int count(Path file) throws DatasetException {
    long size = DataFile.size(file);
    if (size < RECORD || size > (long) MOST_RECORDS * RECORD || size % RECORD != 0) {
      throw new DatasetException(
          "%s holds %d bytes, expected 1 to %d records of %d bytes each"
              .formatted(file, size, MOST_RECORDS, RECORD));
    }
    return (int) (size / RECORD);
  }

  private static void readRecords(Path path, int first, int count, byte[] pixels, int[] labels)
      throws IOException {
    byte[] label = new byte[1];
    try (DataFile file = DataFile.open(path)) {
      for (int i = 0; i < count; i++) {
        file.readFully(label, 0, 1, "a label");
        labels[first + i] = checkedLabel(path, i, label[0] & 0xFF);
        file.readFully(pixels, (first + i) * IMAGE, IMAGE, "an image");
      }
      file.expectEnd();
    }
  }

  private static int checkedLabel(Path file, int record, int label) throws DatasetException {
    if (label >= CLASSES) {
      throw new DatasetException(
          "%s has label %d for image %d at offset %d, expected 0 to %d"
              .formatted(file, label, record, (long) record * RECORD, CLASSES - 1));
    }
    return label;
  }
}
